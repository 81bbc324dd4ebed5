from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0007_user_name_keys")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("user_name", ""), _negated=True),
                name="user_name_not_empty",
            ),
        ),
    ]
