"""The limits: what Django, Jinja2 and the database cost without us. Same tables, same server."""
