"""A round as a folder of readable files, played through the same intake and transitions as the pages use.

`docs/round-folder.md` describes the files. There is no back door: each step is done by a person of the folder who
is entitled to it, on the day that the folder says, and stands in the trail.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils import timezone

from approvals.amendments import amending
from approvals.contracts import contracts
from approvals.decisions import deciding, sign_offs, writing
from approvals.enums import Area
from approvals.families import grouping
from approvals.models import Award, Decision, DelegationRule, SignOff
from approvals.review import reviewing
from approvals.routing import approving, awards, limits
from bids.intake import intake, sheets
from bids.models import Assignment, Bid, Tag
from bids.panel import assignments, closing, interests, practice, scorecards
from bids.panel import members as members_of_panel
from grants import body_folder, money
from grants.models import Alias, Organisation, RoleHolding, Round, User
from grants.people import people
from grants.roles import Role
from grants.rounds import rounds

STAGES = (
    "opened",
    "received",
    "eligible",
    "scoring",
    "closed",
    "outcomes",
    "reviewed",
    "routed",
    "payments",
    "approved",
    "paper",
    "signed_off",
    "submitted",
    "put_forward",
    "signed",
    "published",
    "amended",
)
# What a second paper goes through, which amends the first: see `[amendment]` in docs/round-folder.md.
OF_A_PAPER = STAGES[STAGES.index("paper") : STAGES.index("amended")]


class BadFolder(Exception):
    """The folder cannot be played; the message names the file and what is wrong."""


class Folder:
    """One round's files, and where playing them has got to."""

    def __init__(self, path: Path, *, password: str, say: Callable[[str], object] = print) -> None:
        try:
            self.toml = tomllib.loads((path / "round.toml").read_text(encoding="utf-8"), parse_float=Decimal)
        except FileNotFoundError:
            raise BadFolder(f"{path} has no round.toml") from None
        except tomllib.TOMLDecodeError as wrong:
            raise BadFolder(f"{path}/round.toml: {wrong}") from None
        self.path, self.password, self.say = path, password, say
        # The paper at hand and its stages: the first, until the one that amends it is played.
        self.text: dict[str, Any] = self.toml.get("decision", {})
        self.stages: dict[str, Any] = self.toml["stages"]
        self.clock: datetime | None = None
        self.round: Round = Round()

    def play(self, until: str) -> Round:
        """Play every stage that the folder describes, up to and with `until`. Gives the round."""
        for stage in STAGES[: STAGES.index(until) + 1]:
            if stage == "opened" or stage in self.stages or (stage == "amended" and "amendment" in self.toml):
                try:
                    getattr(self, f"_{stage}")()
                except KeyError as missing:
                    raise BadFolder(f"{self.path}, stage {stage}: nothing is called {missing}") from None
                self.say(f"{self.toml['round']['reference']}: {stage}")
        return self.round

    # Reading

    def _rows(self, name: str) -> list[dict[str, str]]:
        file = self.path / f"{name}.csv"
        if not file.exists():
            return []
        with file.open(encoding="utf-8", newline="") as opened:
            return list(csv.DictReader(opened))

    def _stage(self, name: str) -> tuple[User, datetime, dict[str, Any]]:
        stage = self.stages[name]
        return self._person(stage["by"]), self._at(stage["on"]), stage

    def _at(self, day: date | str) -> datetime:
        """An instant of a day's office hours, each later than the one before it on the same day."""
        this_day = day if isinstance(day, date) else date.fromisoformat(day)
        start = timezone.make_aware(datetime.combine(this_day, time(10)))
        following = self.clock + timedelta(seconds=1) if self.clock else start
        self.clock = following if following.date() == this_day and following > start else start
        return self.clock

    def _person(self, username: str) -> User:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise BadFolder(f"{self.path}/round.toml: there is no person {username}") from None

    def _bids(self) -> dict[str, Bid]:
        return {bid.source_reference: bid for bid in Bid.objects.filter(round=self.round).select_related("round")}

    # Stages

    def _opened(self) -> None:
        settings = self.toml["round"]
        if Round.objects.filter(reference=settings["reference"]).exists():
            raise BadFolder(f"The round {settings['reference']} is there already")
        at = self._at(settings["opens_on"])
        administrator = self._administrator(at)
        texts = ("reference", "title", "financial_year", "purpose", "routing_key", "scored")
        days = ("opens_on", "closes_on", "scoring_closes_on")
        values: dict[str, Any] = {name: settings[name] for name in texts if name in settings}
        values |= {name: date.fromisoformat(str(settings[name])) for name in days if name in settings}
        self.round = rounds.open_round(
            terms=rounds.RoundTerms(**values, allocation=_money(settings["allocation"])),
            body=body_folder.read(self.path / settings["body"]) if "body" in settings else None,
            by=administrator,
            at=at,
        )
        for person in self.toml["people"]:
            self._hire(person, administrator, at)
        self._confirm_rules(administrator, at)
        for line in self.toml.get("budget_lines", []):
            rounds.keep_budget_line(
                round=self.round,
                content=rounds.LineContent(
                    kind=line["kind"],
                    label=line["label"],
                    amount=_money(line["amount"]),
                    note=line.get("note", ""),
                ),
                reason=line["reason"],
                by=self._person(line["by"]),
                at=at,
            )

    def _administrator(self, at: datetime) -> User:
        settings = self.toml["administrator"]
        held = RoleHolding.objects.filter(role=Role.ADMINISTRATOR, ended_at=None).select_related("user").first()
        if held:
            return held.user
        person = people.add_administrator(username=settings["username"], name=settings["name"], at=at)
        people.set_password(person=person, password=self.password, at=at)
        return person

    def _hire(self, entry: dict[str, Any], administrator: User, at: datetime) -> None:
        person = User.objects.filter(username=entry["username"]).first()
        if person is None:
            person = people.add_person(
                username=entry["username"],
                name=entry["name"],
                unit=entry.get("unit", ""),
                email=entry.get("email", ""),
                by=administrator,
                at=at,
            )
            people.set_password(person=person, password=self.password, at=at)
        for role in entry["roles"]:
            people.give_role(
                person=person, role=Role(role), round=self.round, by=administrator, at=at, reason="Named for the round"
            )

    def _confirm_rules(self, administrator: User, at: datetime) -> None:
        lead = self._person(self.toml["round"]["rules_confirmed_by"])
        for rule in self.toml.get("delegation_rules", []):
            limits.propose_rule(
                round=self.round,
                kind=rule["kind"],
                limit=_money(rule["limit"]),
                below=rule["below"],
                at_or_above=rule["at_or_above"],
                citation=rule["citation"],
                valid_from=date.fromisoformat(str(rule["valid_from"])),
                by=administrator,
                at=at,
            )
        own = {rule["kind"] for rule in self.toml.get("delegation_rules", [])}
        defaults = {(limit.kind, limit.citation) for limit in self.round.body.limits}
        for rule_row in DelegationRule.objects.filter(round=self.round).order_by("id"):
            # A folder's own rule of a kind stands in place of the default, which nobody then confirms.
            if rule_row.kind in own and (rule_row.kind, rule_row.citation) in defaults:
                continue
            limits.confirm_rule(rule=rule_row, verified=False, reason="Limits of the round", by=lead, at=at)

    def _received(self) -> None:
        by, at, _ = self._stage("received")
        for body in self.toml.get("organisations", []):
            self._organisation(body)
        file = self.path / "bids.csv"
        with file.open("rb") as opened:
            rows = sheets.read(opened, file.name, self.round.body)
        preview = intake.check(self.round, rows)
        if preview.wrong:
            row = preview.wrong[0]
            raise BadFolder(f"{file}: {row.errors[0][0]} {row.errors[0][2]}")
        upload = intake.keep_upload(round=self.round, file_name=file.name, rows=rows, by=by, at=at)
        intake.take_in_upload(upload=upload, by=by, at=at)

    def _organisation(self, entry: dict[str, Any]) -> Organisation:
        known = Alias.objects.filter(name=entry["name"]).select_related("organisation").first()
        if known:
            return known.organisation
        body = Organisation.objects.create(
            name=entry["name"],
            register=entry.get("register", Organisation.Register.NOT_STATED),
            number=entry.get("number", ""),
        )
        for name in (entry["name"], *entry.get("aliases", [])):
            Alias.objects.create(organisation=body, name=name)
        return body

    def _eligible(self) -> None:
        by, at, stage = self._stage("eligible")
        intake.check_eligibility(bids=list(self._bids().values()), eligible=True, reason=stage["reason"], by=by, at=at)
        chairs = RoleHolding.objects.filter(round=self.round, role=Role.CHAIR, ended_at=None).select_related("user")
        for chair in chairs:
            answers = [(bid, False, "") for bid in self._bids().values()]
            interests.declare_interests(answers=answers, by=chair.user, at=at)

    def _scoring(self) -> None:
        by, at, stage = self._stage("scoring")
        self._prepare_panel(by, at)
        bids, members = self._bids(), {member.username: member for member in members_of_panel.members_of(self.round)}
        for row in self._rows("assignments"):
            assignments.assign(bid=bids[row["bid"]], member=members[row["member"]], by=by, at=at)
        # Sets the number of scorers wanted, and fills what the folder leaves open.
        plan = assignments.plan_assignments(
            round=self.round, wanted=int(stage["wanted"]), by=by, at=self._at(stage["on"])
        )
        assignments.apply_plan(plan=plan, by=by, at=self._at(stage["on"]))
        for assignment in Assignment.objects.filter(bid__round=self.round).select_related("bid__round", "member"):
            interests.declare_interest(
                bid=assignment.bid, conflicted=False, by=assignment.member, at=self._at(stage["declared_on"])
            )
        for row in sorted(self._rows("scorecards"), key=lambda row: row["on"]):
            marks = _marks(row, [criterion.rule for criterion in self.round.criteria.all()])
            save = scorecards.submit_scorecard if row["state"] == "submitted" else scorecards.save_draft
            save(bid=bids[row["bid"]], marks=marks, seen=0, by=members[row["member"]], at=self._at(row["on"]))

    def _prepare_panel(self, by: User, at: datetime) -> None:
        """What members know, and the practice bid, if the folder has any."""
        for known in self.toml.get("knowledge", []):
            assignments.keep_knowledge(
                round=self.round,
                member=self._person(known["member"]),
                themes=list(self.round.tags.filter(kind=Tag.Kind.THEME, code__in=known.get("themes", []))),
                boroughs=self.round.body.areas.read("; ".join(known.get("boroughs", []))),
                organisations=[],
                by=by,
                at=at,
            )
        entry = self.toml.get("practice")
        if entry is None:
            return
        made = practice.keep_practice(
            round=self.round,
            title=entry["title"],
            bidder=entry["bidder"],
            amount=_money(entry["amount"]),
            case=entry["case"].strip(),
            by=by,
            at=at,
        )
        rules = [criterion.rule for criterion in self.round.criteria.all()]
        for row in self._rows("practice"):
            member = self._person(row["member"])
            practice.score_practice(practice=made, marks=_marks(row, rules), by=member, at=self._at(row["on"]))
        if "compared_on" in entry:
            practice.compare_practice(
                practice=made, reason=entry["reason"], seen=made.version, by=by, at=self._at(entry["compared_on"])
            )

    def _closed(self) -> None:
        by, at, stage = self._stage("closed")
        closing.close_scoring(round=self.round, reason=stage["reason"], by=by, at=at)

    def _outcomes(self) -> None:
        by, _, stage = self._stage("outcomes")
        bids = self._bids()
        for row in self._rows("outcomes"):
            closing.record_outcome(
                bid=bids[row["bid"]],
                verdict=row["outcome"],
                destination=row["destination"],
                reason=row["reason"],
                internal_reason=row["internal_reason"],
                by=by,
                at=self._at(stage["on"]),
            )

    def _reviewed(self) -> None:
        by, _, stage = self._stage("reviewed")
        bids = self._bids()
        families: dict[str, list[Bid]] = {}
        for row in self._rows("families"):
            families.setdefault(row["family"], []).append(bids[row["bid"]])
        for name, lots in families.items():
            grouping.group_bids(
                round=self.round, name=name, bids=lots, reason="Lots of one project", by=by, at=self._at(stage["on"])
            )
        for row in self._rows("review"):
            reviewing.review(
                bid=bids[row["bid"]],
                amount=_money(row["amount"]),
                reason=row["reason"],
                by=by,
                at=self._at(stage["on"]),
            )
        for action in self.toml.get("single_tender_actions", []):
            self._contract(action)

    def _contract(self, entry: dict[str, Any]) -> None:
        contract = contracts.keep_single_tender_action(
            round=self.round,
            supplier=self._organisation(entry["supplier"]),
            title=entry["title"],
            amount=_money(entry["amount"]),
            profile=[(year, _money(amount)) for year, amount in entry["profile"].items()],
            charged_to=entry["charged_to"],
            ground=entry["ground"],
            evidence=entry["evidence"],
            other_grounds=entry.get("other_grounds", ""),
            proposal=entry["proposal"],
            performance=entry["performance"],
            by=self._person(entry["by"]),
            at=self._at(entry["on"]),
        )
        if "approved_by" in entry:
            contracts.approve_single_tender_action(
                contract=contract,
                reason=entry["approved_because"],
                by=self._person(entry["approved_by"]),
                at=self._at(entry["on"]),
            )

    def _routed(self) -> None:
        by, at, stage = self._stage("routed")
        awards.route_awards(round=self.round, by=by, at=at)
        for warning in stage.get("warnings", []):
            award = Award.objects.get(round=self.round, bid__source_reference=warning["bid"])
            awards.clear_warning(award=award, reason=warning["reason"], by=by, at=self._at(stage["on"]))
        for escalation in stage.get("escalations", []):
            award = Award.objects.get(round=self.round, bid__source_reference=escalation["bid"])
            awards.escalate_award(award=award, reason=escalation["reason"], by=by, at=self._at(stage["on"]))

    def _payments(self) -> None:
        by, _, stage = self._stage("payments")
        for row in self._rows("payments"):
            approving.record_payment(
                award=Award.objects.get(round=self.round, bid__source_reference=row["bid"]),
                amount=_money(row["amount"]),
                paid_on=date.fromisoformat(row["paid_on"]),
                reason=row["reason"],
                illustrative=row["illustrative"],
                by=by,
                at=self._at(stage["on"]),
            )

    def _approved(self) -> None:
        by, at, stage = self._stage("approved")
        waiting = Award.objects.filter(round=self.round, route=Award.Route.DELEGATED, state=Award.State.ROUTED)
        approving.approve_awards(
            awards=list(waiting), reason=stage["reason"], conditions=stage.get("conditions", ""), by=by, at=at
        )

    def _paper(self) -> None:
        by, at, stage = self._stage("paper")
        text = self.text
        decision = writing.prepare_decision(
            round=self.round,
            reference=text["reference"],
            title=text["title"],
            decision_by=text["decision_by"],
            amends=Decision.objects.get(reference=text["amends"]) if "amends" in text else None,
            by=by,
            at=at,
        )
        for change in text.get("changes", []):
            amending.amend_grant(
                decision=decision,
                award=Award.objects.get(round=self.round, bid__source_reference=change["bid"]),
                amount=_money(change["amount"]),
                reason=change["reason"],
                by=by,
                at=self._at(stage["on"]),
            )
        for key, prose in text["sections"].items():
            writing.write_section(decision=decision, key=key, text=prose.strip(), by=by, at=self._at(stage["on"]))
        sources = "\n".join(f"{figure}: {source}" for figure, source in text.get("figures_from_elsewhere", {}).items())
        writing.name_sources(decision=decision, lines=sources, by=by, at=self._at(stage["on"]))

    def _decision(self) -> Decision:
        return Decision.objects.get(reference=self.text["reference"])

    def _signed_off(self) -> None:
        stage = self.stages["signed_off"]
        for area in (area for area in Area if area in stage):
            sign_offs.sign_off(
                decision=self._decision(),
                area=area,
                answer=SignOff.Answer.SIGNED,
                by=self._person(stage[area]),
                at=self._at(stage["on"]),
            )

    def _submitted(self) -> None:
        by, at, _ = self._stage("submitted")
        writing.submit_pack(decision=self._decision(), by=by, at=at)

    def _put_forward(self) -> None:
        by, at, _ = self._stage("put_forward")
        writing.put_forward(decision=self._decision(), by=by, at=at)

    def _signed(self) -> None:
        by, at, stage = self._stage("signed")
        decision = self._decision()
        special = {int(item["number"]): item for item in stage.get("items", [])}
        answers = {}
        for item in writing.current_pack(decision).items.all():
            usual = "noted" if item.verb == "note" else "approved"
            own = special.get(item.number, {})
            answers[item.number] = deciding.Answer(
                own.get("answer", usual), own.get("conditions", ""), own.get("reason", "")
            )
        deciding.decide_items(decision=decision, answers=answers, interests=stage["interests"], by=by, at=at)
        deciding.sign_decision(decision=decision, password=self.password, by=by, at=self._at(stage["on"]))

    def _published(self) -> None:
        by, at, _ = self._stage("published")
        writing.publish_decision(decision=self._decision(), by=by, at=at)

    def _amended(self) -> None:
        """Play a second paper, which amends the first, through the stages that it names."""
        self.text = self.toml["amendment"]
        self.stages = self.text["stages"]
        for stage in (stage for stage in OF_A_PAPER if stage in self.stages):
            getattr(self, f"_{stage}")()


def _money(value: Any) -> Decimal:
    try:
        return money.exact(str(value))
    except (ValueError, InvalidOperation):
        raise BadFolder(f"“{value}” is not an amount of pounds and whole pence") from None


def _marks(row: dict[str, str], rules: Sequence[Any]) -> dict[int, scorecards.Judgement]:
    judgements = {}
    for rule in rules:
        words = row[str(rule.number)].split()
        passed = {"yes": True, "no": False}.get(words[0]) if words else None
        score = next((int(word) for word in words if word.isdigit()), None)
        judgements[rule.number] = scorecards.Judgement(passed, score, row[f"{rule.number}_why"])
    return judgements
