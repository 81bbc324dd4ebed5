"""Keys of user names by the look of their letters (profiles/accounts/identifiers.py)."""

from django.db import migrations

from profiles.accounts.identifiers import fold_user_name

AT_ONCE = 1000


def fold_again(apps, schema_editor):
    """Of names that are one by now, the oldest account has the key; the others keep
    their names under keys that nobody can spell: a name does not begin with a blank.
    A name of blanks becomes one that can be read.
    """
    users = apps.get_model("profiles", "User").objects
    rows = users.order_by("created_at", "pk").only("user_name", "user_name_key")
    seen, changed = set(), []
    for user in rows:
        name, key = user.user_name, user.user_name_key
        user.user_name = name if name.strip() else f"viewer {user.pk.hex[:12]}"
        folded = fold_user_name(user.user_name)
        user.user_name_key = f" {user.pk.hex}" if folded in seen else folded
        seen.add(folded)
        if (name, key) != (user.user_name, user.user_name_key):
            changed.append(user)
    # First all out of each other's way: a key that one gives up another may get.
    final = [user.user_name_key for user in changed]
    for user in changed:
        user.user_name_key = f"  {user.pk.hex}"
    users.bulk_update(changed, ["user_name", "user_name_key"], AT_ONCE)
    for user, key in zip(changed, final, strict=True):
        user.user_name_key = key
    users.bulk_update(changed, ["user_name_key"], AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("profiles", "0006_failed_sign_ins")]

    operations = [
        migrations.RunPython(fold_again, migrations.RunPython.noop, elidable=True),
    ]
