import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.control.protocol import Declined
from paasctl.model.plan import InstanceSpec, Kind, Plan, Stamp, plan_from_json, plan_text
from paasctl.supervise.planfile import StoredEnv, environment, read_plan

TEXT = st.text(st.characters(exclude_characters="\0"), max_size=20)


def spec(name: str, env: dict[str, str], text: str = "") -> InstanceSpec:
    return InstanceSpec(
        id=name, kind=Kind.HOOK, name=text, command=("sh", "-c", text), cwd="/", env=env,
        log=f"{name}.log", stage=0, once=True, stamp=Stamp("/s", text),
    )  # fmt: skip


@given(st.lists(st.tuples(st.dictionaries(TEXT, TEXT, max_size=4), TEXT), max_size=4), TEXT)
def test_a_plan_comes_back_as_it_was_with_its_environments_on_the_disk(
    tmp_path_factory: pytest.TempPathFactory,
    items: list[tuple[dict[str, str], str]],
    project: str,
) -> None:
    specs = tuple(spec(f"w{n}", env, text) for n, (env, text) in enumerate(items))
    plan = Plan(project, "/root", specs, (("app", "http://x/"),), ("a warning",))
    text = plan_text(plan)
    assert plan_from_json(json.loads(text)) == plan
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_text(text)
    found = read_plan(str(path))
    assert all(isinstance(item.env, StoredEnv) for item in found.instances)
    path.unlink()  # the name may go to a newer plan
    whole = tuple(item._replace(env=environment(item)) for item in found.instances)
    assert found._replace(instances=whole) == plan


def test_a_plan_of_another_layout_is_read_too(tmp_path: Path) -> None:
    plan = Plan("p", "/", (spec("w", {"A": "1"}),))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(json.loads(plan_text(plan))))
    assert read_plan(str(path)) == plan


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", '{"format": 2, "instances": [\n]}', '{"instances": [\n{']
)
def test_what_is_no_plan_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(Declined, match="cannot be used as a plan"):
        read_plan(str(path))
