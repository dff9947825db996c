"""The same database and tables; `wsgi.py` takes the middleware away."""

from halfsky.site.settings import *  # noqa: F403 -- the same site, made bare

ROOT_URLCONF = "bench.bare.urls"
WSGI_APPLICATION = "bench.bare.wsgi.application"
