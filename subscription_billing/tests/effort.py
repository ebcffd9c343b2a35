"""How hard random tests try: a part of their examples, always the same and at most ten
seconds a test, or with ``scripts/test --thorough`` all of them."""

import logging
import os
from collections import Counter

_logger = logging.getLogger(__name__)

IS_THOROUGH = os.environ.get("SUBSCRIPTION_TESTS") == "thorough"
# What was tried so far, and out of how many: what -> number.
TRIED, OUT_OF = Counter(), Counter()


def tries(what, part, full):
    """Return how many examples to try, and note it for the report.

    :param str what: what an example is, in the plural
    """
    count = full if IS_THOROUGH else part
    TRIED[what] += count
    OUT_OF[what] += full
    _logger.info("tried %d of %d %s", count, full, what)
    return count
