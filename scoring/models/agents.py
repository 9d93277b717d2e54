"""The roster: who works where, under whom, from when to when."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """A group of agents; the policy *current* asks whether it is technical support."""

    name = models.CharField(_("name"), max_length=120)
    is_technical_support = models.BooleanField(_("technical support"), default=False)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["name"], name="scoring_team_name"),)

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """A support employee. What changes with time (team, manager, employment, leave) stands in dated rows."""

    staff_number = models.CharField(_("staff number"), max_length=60)
    full_name = models.CharField(_("full name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",  # no way back from a login to a person: graders are logins too
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ("full_name", "staff_number")
        constraints = (
            models.UniqueConstraint(fields=["staff_number"], name="scoring_agent_staff_number"),
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="scoring_agent_email"),
        )

    def __str__(self) -> str:
        return self.full_name


class Employment(models.Model):
    """One unbroken period of employment; tenure is counted from these."""

    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.CASCADE, related_name="employments")
    hired_on = models.DateField(_("hired on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ("hired_on",)
        constraints = (
            models.UniqueConstraint(fields=["agent", "hired_on"], name="scoring_employment_start"),
            models.UniqueConstraint(
                fields=["agent"], condition=models.Q(left_on=None), name="scoring_employment_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(left_on=None) | models.Q(left_on__gte=models.F("hired_on")),
                name="scoring_employment_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.hired_on}–{self.left_on or ''}"


class Assignment(models.Model):
    """Where an agent works and to whom they report, from a day on."""

    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.CASCADE, related_name="assignments")
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.PROTECT, related_name="assignments")
    manager = models.ForeignKey(
        Agent, verbose_name=_("line manager"), on_delete=models.PROTECT, related_name="reports", null=True, blank=True
    )
    position = models.CharField(_("position"), max_length=120, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ("starts_on",)
        constraints = (
            models.UniqueConstraint(fields=["agent", "starts_on"], name="scoring_assignment_start"),
            models.UniqueConstraint(
                fields=["agent"], condition=models.Q(ends_on=None), name="scoring_assignment_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="scoring_assignment_order",
            ),
            models.CheckConstraint(
                condition=models.Q(manager=None) | ~models.Q(manager=models.F("agent")),
                name="scoring_assignment_not_own_manager",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team} {self.starts_on}–{self.ends_on or ''}"


class Leave(models.Model):
    """A longer absence (parental, medical, study); the policy says whether it counts as tenure."""

    agent = models.ForeignKey(Agent, verbose_name=_("agent"), on_delete=models.CASCADE, related_name="leaves")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ("starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="scoring_leave_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on or ''}"
