"""A claim for each e-mail and user name. While it runs, the release before this one makes
accounts without: signing in, `doctor --fix` and whoever wants the same mend those.
"""

from django.db import migrations

AT_ONCE = 5000


def fill(apps, schema_editor):
    """By the order of keys, so many at once: no statement grows with the table."""
    users = apps.get_model("profiles", "User").objects.order_by("pk")
    claims = apps.get_model("profiles", "LoginClaim")
    rows = users.values_list("pk", "email", "user_name_key")
    some = list(rows[:AT_ONCE])
    while some:
        made = [
            claims(value=value, user_id=pk)
            for pk, email, key in some
            for value in (f"email:{email}", f"name:{key}")
        ]
        claims.objects.bulk_create(sorted(made, key=lambda claim: claim.value), ignore_conflicts=True)
        some = list(rows.filter(pk__gt=some[-1][0])[:AT_ONCE])


class Migration(migrations.Migration):
    atomic = False  # each batch by itself: a batch that is there already stays

    dependencies = [("profiles", "0018_login_claim")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
