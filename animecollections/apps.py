from django.apps import AppConfig


class AnimeCollectionsConfig(AppConfig):
    name = "animecollections"
