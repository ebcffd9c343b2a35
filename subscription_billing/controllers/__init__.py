from . import sepa_mandate_consent
from . import usage_api
from . import usage_example
from . import usage_overload
from . import usage_statement_download
