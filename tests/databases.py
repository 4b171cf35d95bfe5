"""A real PostgreSQL for the tests that need one; it is named by MARROW_TEST_POSTGRES, or on this machine."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

from tests.conftest import unavailable

#: An SQLAlchemy address of a database in which a schema may be made.
POSTGRES = os.environ.get("MARROW_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextlib.contextmanager
def postgres_schema(address: str = POSTGRES) -> Iterator[str]:
    """The address of an empty schema, dropped afterwards; the test is skipped where there is no PostgreSQL."""
    name = f"marrow_test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(address, connect_args={"connect_timeout": 3})
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"create schema {name}")
    except sa.exc.OperationalError as error:
        unavailable(f"no PostgreSQL at MARROW_TEST_POSTGRES: {type(error.orig).__name__}")
    more = {"options": f"-csearch_path={name}", "application_name": name}
    try:
        yield sa.engine.make_url(address).update_query_dict(more).render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"drop schema {name} cascade")
        engine.dispose()
