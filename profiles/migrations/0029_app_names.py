from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0028_notifications'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='app',
            options={'permissions': [('stop_app', 'Can stop an app for everybody')]},
        ),
        migrations.AddField(
            model_name='app',
            name='name_key',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
        migrations.AddConstraint(
            model_name='app',
            constraint=models.UniqueConstraint(condition=models.Q(('name_key', ''), _negated=True), fields=('name_key',), name='app_name_unique'),
        ),
    ]
