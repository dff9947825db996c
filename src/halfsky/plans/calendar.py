"""Due dates as an iCalendar feed (RFC 5545)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halfsky.plans.models import Task, TaskState


def feed(tasks: Iterable[Task], *, host: str, absolute: Callable[[str], str]) -> bytes:
    """Return the tasks as all-day events on their due dates.

    A closed task stays with a tick, so that it does not vanish from the calendar. Titles are the
    plan's own sentences; nothing of a record's content goes out.
    """
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Halfsky//plans//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("半边天：我的任务"))
    now = timezone.now()
    for task in tasks:
        event = Event()
        event.add("uid", f"task-{task.pk}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", task.due_on)
        event.add("dtend", task.due_on + timedelta(days=1))
        closed = task.state == TaskState.CLOSED
        event.add("summary", ("✓ " if closed else "") + task.title)
        label = f"{task.measure.point.position}.{task.measure.position}.{task.number}"
        event.add(
            "description",
            _("任务%(label)s，%(unit)s牵头") % {"label": label, "unit": task.lead_unit},
        )
        event.add("url", absolute(reverse("plans:measure", args=[task.measure_id])))
        event.add("transp", "TRANSPARENT")
        if not closed:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", task.title)
            alarm.add("trigger", timedelta(days=-1, hours=9))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
