"""The lines of an attached `up`: how a process ended, whose doing, and what comes next."""

from paasctl.cli.story import Story
from paasctl.model.status import By, Death, ExitStatus

Notice = dict[str, object]


def notice(old: str, new: str, status: ExitStatus | None = None, **more: object) -> Notice:
    death = more.pop("death", None)
    ended = None
    if status is not None:
        assert isinstance(death, Death)
        ended = {**status._asdict(), "at": "", **death._asdict()}
    base: Notice = {
        "at": "2024-05-01T10:00:00.000Z", "id": "app--queue", "name": "queue", "kind": "worker",
        "event": "exited" if status else new, "old": old, "new": new, "exit": ended, "next": None,
        "ready": False, "pid": None, "port": None,
    }  # fmt: skip
    return {**base, **more}


def line(story: Story, *arguments: object, **more: object) -> str:
    return story.line(notice(*arguments, **more))  # type: ignore[arg-type]


def test_who_killed_it() -> None:
    story = Story(5, False, True)
    death = Death(By.KERNEL, "memory", evidence="kernel log: Killed process 7", ran=2.0)
    assert line(story, "running", "starting", ExitStatus(signal="SIGKILL"), death=death) == (
        "queue × killed by SIGKILL after 2.0s: not by paasctl; kernel log says out of memory, "  # noqa: RUF001 -- the sign
        "restarted at once\n"
    )


def test_a_crash_loop_is_counted_with_its_countdown() -> None:
    story = Story(5, False, False)
    said = []
    for second, pause in ((0, 1), (2, 2), (5, 4), (10, 8)):
        said.append(
            line(
                story, "starting", "backing-off", ExitStatus(code=3),
                death=Death(By.ITSELF, ran=0.5), at=f"2024-05-01T10:00:{second:02d}.000Z",
                next=f"2024-05-01T10:00:{second + pause:02d}.000Z",
            )
        )  # fmt: skip
    assert said[0] == "queue x exited 3 after 0.5s, next try in 1.0s\n"
    assert said[1] == "queue x exited 3 after 0.5s, next try in 2.0s\n"
    assert said[3] == (
        "queue x exited 3 after 0.5s, next try in 8.0s "
        "(4th crash in 10.0s; paasctl restart queue tries now)\n"
    )
    death = Death(By.ITSELF, ran=60.0)
    again = line(story, "running", "starting", ExitStatus(code=3), death=death)
    assert again == "queue x exited 3 after 1m00s, restarted at once\n"


def test_a_stop_that_needed_sigkill_says_so() -> None:
    story = Story(5, False, False)
    line(story, "running", "stopping")
    death = Death(By.PAASCTL, "stop", forced=True, ran=9.0)
    assert line(story, "stopping", "stopped", ExitStatus(signal="SIGKILL"), death=death) == (
        "queue # stopped in 0.0s (killed by SIGKILL; it had to be killed)\n"
    )
    again = line(story, "stopping", "starting", ExitStatus(signal="SIGTERM"), death=death)
    assert "what it had left behind had to be killed" in again


def test_what_a_kernel_log_says_cannot_move_the_cursor() -> None:
    death = Death(By.KERNEL, "memory", certain=False, evidence="\x1b[2J", ran=2.0)
    said = line(
        Story(5, False, False), "running", "starting", ExitStatus(signal="SIGKILL"), death=death
    )
    assert "\x1b" not in said
