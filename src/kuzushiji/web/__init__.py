"""The page and its small server: draw, paste, photograph or crop a character and get its reading.

``kuzushiji serve`` starts it; :func:`kuzushiji.web.app.create_app` builds the ASGI application. Nothing here
is imported by another room except the command line, and nothing leaves the machine.
"""
