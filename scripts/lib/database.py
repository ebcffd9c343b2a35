"""Databases of the test and demo server: the few statements the scripts need.

The server is the one libpq's variables (PGHOST, PGUSER ...) name.
"""

import argparse
import sys

import psycopg2
from psycopg2 import sql


def connect():
    connection = psycopg2.connect(dbname="postgres")
    connection.autocommit = True
    return connection.cursor()


def check(cursor):
    """Succeed when the server answers and may create databases."""
    cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = user")
    if not cursor.fetchone()[0]:
        sys.exit("the database user may not create databases: ALTER ROLE ... CREATEDB")


def exists(cursor, name):
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return bool(cursor.fetchone())


def copy(cursor, source, name):
    """Create database `name` as a copy of `source`, replacing an older one."""
    drop(cursor, name)
    cursor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(source)
        )
    )


def drop(cursor, name):
    cursor.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def rename(cursor, source, name):
    drop(cursor, name)
    cursor.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(source), sql.Identifier(name)
        )
    )


def in_use(cursor):
    """True when anybody but this connection is connected."""
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return cursor.fetchone()[0] > 0


def names(cursor, prefix):
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
    )
    print("\n".join(row[0] for row in cursor.fetchall()))


def mark_demo(_cursor, name):
    """Let the demo data of addons that are yet to come be loaded into `name`."""
    with psycopg2.connect(dbname=name) as connection:
        connection.cursor().execute(
            "UPDATE ir_module_module SET demo = true WHERE state = 'installed'"
        )


def keep_statistics(_cursor, name):
    """Keep autovacuum out of `name`. Tests roll back what they write: it finds their
    tables empty, and the plans that are made for empty tables take seconds."""
    with psycopg2.connect(dbname=name) as connection:
        connection.cursor().execute(
            """
            DO $$ DECLARE name regclass; BEGIN
              FOR name IN SELECT oid FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
              LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
              END LOOP;
            END $$
            """
        )


COMMANDS = {
    "check": check,
    "exists": exists,
    "copy": copy,
    "drop": drop,
    "rename": rename,
    "in-use": in_use,
    "names": names,
    "mark-demo": mark_demo,
    "keep-statistics": keep_statistics,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    try:
        answer = COMMANDS[options.command](connect(), *options.names)
    except psycopg2.Error as error:
        sys.exit(f"PostgreSQL: {error}".strip())
    return 1 if answer is False else 0


if __name__ == "__main__":
    sys.exit(main())
