"""Each source of a figure from elsewhere belongs to the sentences that have the figure on the day of this migration."""

import re

from django.db import migrations, models

SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n\s*\n")


def sentences(text):
    begins = 0
    for end in [match.end() for match in SENTENCE_END.finditer(text)] + [len(text)]:
        if sentence := " ".join(text[begins:end].split()):
            yield sentence
        begins = end


def by_figure(lines):
    parts = [[part.strip() for part in line.partition(":")] for line in lines.splitlines()]
    return {figure: source for figure, colon, source in parts if figure and source}


def forwards(apps, schema_editor):
    section_model = apps.get_model("approvals", "DecisionSection")
    for decision in apps.get_model("approvals", "Decision").objects.exclude(external_figures=""):
        source_by_figure = by_figure(decision.external_figures)
        for section in section_model.objects.filter(decision=decision):
            section.figure_sources = [
                {"figure": figure, "sentence": sentence, "source": source}
                for sentence in sentences(section.text)
                for figure, source in source_by_figure.items()
                if re.search(rf"(?<![\w£.,]){re.escape(figure)}(?![\w%]|[.,]\d)", sentence, re.IGNORECASE)
            ]
            if section.figure_sources:
                section.save(update_fields=["figure_sources"])


class Migration(migrations.Migration):
    dependencies = [("approvals", "0012_references")]

    operations = [
        migrations.AddField("decisionsection", "figure_sources", models.JSONField(blank=True, default=list)),
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.RemoveField("decision", "external_figures"),
    ]
