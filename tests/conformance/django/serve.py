"""Serves the project on a free loopback port with the server of Django's `runserver`, and says so in one line of JSON.

The first argument is JSON: {username, password, client_secret, odd_secret}. Clients are named {rotating|keeping}-{authentication}-{grant}, and odd.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django  # noqa: E402

django.setup()

from importlib.metadata import version  # noqa: E402

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        pass


def make_clients(secret):
    grants = {
        "code": Application.GRANT_AUTHORIZATION_CODE,
        "password": Application.GRANT_PASSWORD,
        "machine": Application.GRANT_CLIENT_CREDENTIALS,
    }
    for rotation in ("rotating", "keeping"):
        for authentication in ("none", "basic", "post"):
            for name, grant in grants.items():
                is_public = authentication == "none"
                if is_public and name == "machine":
                    continue
                Application.objects.create(
                    client_id=f"{rotation}-{authentication}-{name}",
                    client_secret="" if is_public else secret,
                    client_type=Application.CLIENT_PUBLIC if is_public else Application.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=grant,
                    redirect_uris="http://127.0.0.1/not-yet",
                    name=f"{rotation} {name}",
                )


def main():
    wish = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    User.objects.create_user(wish["username"], password=wish["password"])
    make_clients(wish["client_secret"])
    Application.objects.create(
        client_id="odd",
        client_secret=wish["odd_secret"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        name="odd",
    )
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, ipv6=False)
    server.set_app(get_wsgi_application())
    ready = {"ready": True, "port": server.server_port, "django": version("django"), "toolkit": version("django-oauth-toolkit")}
    print(json.dumps(ready), flush=True)
    server.serve_forever()


main()
