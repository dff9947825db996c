"""The bare application: no middleware at all."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
settings.MIDDLEWARE = []  # the apps insist on theirs while they load, not while they answer
application = WSGIHandler()
