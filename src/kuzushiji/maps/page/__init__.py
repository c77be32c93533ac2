"""The atlas page: what a browser needs (``js/``, ``css/``, ``page.html``), and how it becomes one file.

``bundle`` joins the scripts and styles, ``payload`` turns a map set into JSON and byte arrays, ``words``
says what is known about each class. :func:`kuzushiji.maps.page.atlas.write_atlas` puts them together.
"""
