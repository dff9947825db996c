"""The bare application: no middleware at all."""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare.settings"

django.setup()
settings.MIDDLEWARE = []  # the apps insist on theirs while they load, not while they answer
application = WSGIHandler()
