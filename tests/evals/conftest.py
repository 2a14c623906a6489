from __future__ import annotations

import pytest
from eval_fakes import load_suite

from evals.cases import Suite


@pytest.fixture
def suite() -> Suite:
    return load_suite()
