"""Idiomatic Django REST framework: model serializers, simplejwt, stock middleware.

Served as `benchmarks.rivals.drf.wsgi:application` by gunicorn's threads.
"""
