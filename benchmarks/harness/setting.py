"""The settings of a benchmark run, and the type of a workload."""

import dataclasses
import pathlib

from harness.dumps import Dump, Generator
from harness.programs import Program


@dataclasses.dataclass(frozen=True)
class Setting:
    """Sizes and programs of a run; all its output is below `folder`. `avro_python` has the packages
    of requirements-avro.txt; W10 needs it."""

    rows: int
    pairs: int
    program: str
    floor: str | None
    generator: Generator
    folder: pathlib.Path
    avro_python: str | None = None


@dataclasses.dataclass(frozen=True)
class Workload:
    """Programs that do the same work; the first one is the project. `versions` are those that differ
    from the versions of the other workloads."""

    name: str
    title: str
    programs: list[Program]
    dump: Dump | None = None
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)

    def with_program(self, program: Program) -> "Workload":
        return dataclasses.replace(self, programs=[*self.programs, program])

    def against_build(self, program: str, before: str) -> "Workload":
        """The project compared with an earlier build of it, and with no other program."""
        ours = self.programs[0]

        def command(out: pathlib.Path) -> list[str]:
            return [before if part == program else part for part in ours.command(out)]

        earlier = dataclasses.replace(ours, name="before", command=command)
        return dataclasses.replace(self, programs=[ours, earlier], left_out={})
