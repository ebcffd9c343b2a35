from . import ir_actions_report
from . import usage_statement_rendering
from . import usage_statement_file
from . import usage_statement_report
