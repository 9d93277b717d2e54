"""How a score comes about, in plain words: the one source of the method page and of docs/method.md.

What is said here must stay true of scoring.formula; tests compare the document with this text.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from selection.components import Text


@dataclass(frozen=True, kw_only=True)
class Section:
    """One piece of the page: a name for links, a heading, paragraphs, and points under them."""

    name: str
    heading: Text
    text: tuple[Text, ...] = ()
    points: tuple[tuple[Text, Text], ...] = ()


TITLE = _("How scores come about")
LEAD = _(
    "A score answers one question: how likely is this person among the best, given everything that is not known? "
    "It chooses nobody. People decide, and the score tells them how sure they can be."
)
FLOW = Section(
    name="steps",
    heading=_("From a file to a ranking"),
    points=(
        (
            _("File"),
            _("A file of ratings, chats or staff comes in; who brought it, and when, is kept with it."),
        ),
        (
            _("Records"),
            _("Every row becomes a record, or is refused in a sentence that says why."),
        ),
        (
            _("Evidence"),
            _("Records are tied to agents. What comes twice counts once; a file can be taken back."),
        ),
        (
            _("Cells"),
            _("Ratings are added up by agent, kind of chat and month; only these sums are read on."),
        ),
        (
            _("Formula"),
            _("The sums become estimates with their doubt; by the policy these become a score."),
        ),
        (
            _("Run"),
            _("All scores appear together, with policy, evidence and code, and can be repeated exactly."),
        ),
    ),
)
SECTIONS: tuple[Section, ...] = (
    Section(
        name="ratings",
        heading=_("Customer ratings"),
        text=(_("Plain averages reward easy queues and luck. So a rating goes through four steps before it counts."),),
        points=(
            (
                _("The same chats"),
                _(
                    "Your average is held against what an average colleague would have got in the very same mix of "
                    "chats: survey, channel, topic, time of day. Only the difference counts."
                ),
            ),
            (
                _("Not equally good everywhere"),
                _(
                    "Most people are better at some kinds of chat than at others. A single queue therefore proves less "
                    "than its number of ratings promises, and the intervals are wider for it."
                ),
            ),
            (
                _("Allowing for luck"),
                _(
                    "Everybody begins as an average colleague, and every rating moves them away from there. With few "
                    "ratings you stay near the average; with many, your own results decide."
                ),
            ),
            (
                _("Newer counts more"),
                _(
                    "An old rating loses half of its weight in the time that the policy sets. What is left is counted "
                    "for what it is worth, so old ratings do not feign certainty."
                ),
            ),
        ),
    ),
    Section(
        name="not-corrected",
        heading=_("What is never evened out"),
        text=(
            _(
                "Handling time, transfers, tenure, supervisor or shift are consequences of the work or traits of the "
                "person. Correcting for them would hide what is to be measured, so only what was settled before the "
                "agent answered is taken into account."
            ),
            _(
                "Agents who share no kind of chat with others cannot be compared with them. The page then says within "
                "which queue a comparison holds, and warns where hardly anybody else works."
            ),
        ),
    ),
    Section(
        name="viral",
        heading=_("Viral chats"),
        text=(
            _(
                "A chat that went public makes us look; it does not choose. Praise may open the door to the test task. "
                "Serious blame holds a candidacy until people have looked, and the agent is heard."
            ),
            _(
                "Only verified incidents that are the agent's own count, one for each chat however often it was "
                "shared, and each expires, as a rule after a year; where praise is weighed, it loses half of its "
                "weight in half a year. How many people saw it says something about the customer's audience, not about "
                "the agent, and gives no points."
            ),
        ),
    ),
    Section(
        name="score",
        heading=_("The score"),
        text=(
            _(
                "A score runs from 0 to 100 and is the sum of the parts shown with it. In each part 50 of 100 means an "
                "average colleague; three standard deviations above it give all points. Parts are weighed as the "
                "policy says; its author gives a reason for every weight."
            ),
            _(
                "Conditions are not weighed. Facts, such as length of service, hold or do not. Measured ones hold when "
                "it is more likely than not that they truly do; close to the line people look, or it is tried again."
            ),
        ),
    ),
    Section(
        name="missing",
        heading=_("What is missing"),
        text=(_("Missing evidence is never a zero. The policy says beforehand which rule applies:"),),
        points=(
            (_("Average"), _("The average of the others stands in, with all its doubt.")),
            (_("Incomplete"), _("Nobody is placed before the evidence is there, and nothing is held against them.")),
            (_("Does not hold yet"), _("A condition that needs proof stays open until there is some.")),
            (_("Measured in a round"), _("Tests and tasks come later; until then they count for and against nobody.")),
        ),
    ),
    Section(
        name="ranking",
        heading=_("Rank and verdict"),
        text=(
            _(
                "Agents are placed by their chance to be truly among the best, not by the estimate alone: that finds "
                "more of the truly best. Each rank comes with the range in which it lies with a probability of 95 %. "
                "Equal chances share a place."
            ),
            _(
                "The verdict puts the chance of a place into a word: among the best, borderline or unlikely, with "
                "bounds that stand in the policy. A condition that is itself in doubt allows no clear yes."
            ),
        ),
    ),
    Section(
        name="not-enough",
        heading=_("Not enough evidence"),
        text=(
            _(
                "Sometimes the honest answer is that nobody knows. It is given when the policy asks for more ratings "
                "than there are, when most of the visible difference may be luck, or when the ratings do not tell the "
                "agents apart at all."
            ),
            _(
                "It is no bad mark. It says that more evidence is needed: further ratings, a test, a task. Nobody is "
                "ranked into a place by chance."
            ),
        ),
    ),
    Section(
        name="calibration",
        heading=_("Does it keep its word?"),
        text=(
            _(
                "A chance of 80 % must come true in 80 of 100 cases. That is checked in two ways: worlds are simulated "
                "that look like this company but whose truth is known, and the real months are split in two halves, of "
                "which one makes the claim and the other is the judge."
            ),
        ),
    ),
    Section(
        name="limits",
        heading=_("Known limits"),
        points=(
            (
                _("Silent customers"),
                _(
                    "Whoever does not answer is not heard. The share of answers stands beside the one usual on the "
                    "same chats, and each score says how far the silent ones would have to differ to change it. What "
                    "they think cannot be known."
                ),
            ),
            (
                _("Faithful customers"),
                _(
                    "A customer who rates the same agent again and again counts each time, so a few faithful ones make "
                    "the evidence look surer than it is. The import says where that happens often."
                ),
            ),
            (
                _("Kinds of chat"),
                _(
                    "The comparison is only as fine as the topics and channels that are recorded. A hard case in an "
                    "easy queue is not seen."
                ),
            ),
            (
                _("Small teams"),
                _("Where one or two people work in a queue, how hard it is cannot be told from how good they are."),
            ),
            (
                _("Ratings are not everything"),
                _("They tell how customers felt about an answer, not whether it was right. Tests and tasks do that."),
            ),
            (
                _("Selection and time"),
                _(
                    "Whoever is chosen for a very good result will, on average, do a little less well afterwards. The "
                    "shrunken estimate already expects it; the plain mean does not."
                ),
            ),
        ),
    ),
    Section(
        name="wrong",
        heading=_("If something is wrong"),
        text=(
            _(
                "Agents see the whole explanation of their own score, HR sees all. If data about you is wrong, "
                "tell HR; during a round, object on the page of your path. A person answers, and the answer is kept."
            ),
        ),
    ),
)


def markdown() -> str:
    """The same text as docs/method.md holds it, in English."""
    with override("en"):
        lines = [f"# {TITLE}", str(LEAD)]
        for section in (FLOW, *SECTIONS):
            lines += [f"## {section.heading}", *map(str, section.text)]
            if section.points:
                lines.append("\n".join(f"* **{name}.** {text}" for name, text in section.points))
        lines.append(str(_PICTURE))
    return "\n\n".join(lines) + "\n"


_PICTURE = (
    "The page of this name in Rostrum shows the calibration of the company's own evidence; `manage.py calibrate` makes "
    "it. The formulas with their sources are in [formula.md](formula.md), what a run stores in [scores.md](scores.md), "
    "measured figures in [benchmarks.md](benchmarks.md)."
)
