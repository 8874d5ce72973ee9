"""Settings of the Superset that `make bi-superset` sets up: on this machine alone, for one check, with everyone its administrator."""

import os
import pathlib

HOME = pathlib.Path(os.environ["SUPERSET_HOME"])
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db"
SECRET_KEY = "for the check of a bundle, where nothing is secret"
AUTH_ROLE_PUBLIC = "Admin"
# Superset holds back databases that are files, as what a stranger's address could name.
PREVENT_UNSAFE_DB_CONNECTIONS = False
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
