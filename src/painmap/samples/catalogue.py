"""The catalogue of public sample series, shipped as data."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from painmap.samples.errors import SamplesError, SamplesProblem

FILE = "public-ct-series.json"

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_UID = r"^[0-9.]{5,64}$"


class Anatomy(StrEnum):
    """What a sample shows, as far as its headers say."""

    LUMBAR_SPINE = "lumbar spine"
    SPINE = "spine"
    ABDOMEN = "abdomen"
    NECK = "neck"

    @property
    def words(self) -> str:
        """The heading above its group."""
        return _HEADINGS[self]


_HEADINGS = {
    Anatomy.LUMBAR_SPINE: "Lumbar spine",
    Anatomy.SPINE: "Spine, part not said",
    Anatomy.ABDOMEN: "Abdomen",
    Anatomy.NECK: "Neck",
}
assert set(_HEADINGS) == set(Anatomy)  # noqa: S101 - the table must cover the set


class Sample(BaseModel):
    """One public, de-identified CT series, with where it lies and whom to cite.

    Parameters
    ----------
    id : str
        Short name for people, such as "lumbar-1".
    images : int
        Pictures of the whole series; a fetch with fewer is not whole.
    megabytes : float
        Size, 10^6 bytes.
    crdc_series_uuid : str
        The folder of the series in its bucket.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z]+-[0-9]+$")
    anatomy: Anatomy
    series_uid: str = Field(pattern=_UID)
    study_uid: str = Field(pattern=_UID)
    collection: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    doi: str = Field(pattern=r"^10\.[0-9]+/\S+$")
    body_part: str | None
    series_description: str
    study_description: str
    manufacturer: str
    sex: Literal["M", "F", "O"] | None
    age: int | None = Field(ge=0, le=120)
    images: int = Field(ge=1, le=10_000)
    megabytes: float = Field(gt=0)
    transfer_syntax: str
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{2,62}$")
    crdc_series_uuid: str = Field(pattern=_UUID)

    @property
    def title(self) -> str:
        """What the headers call the study and the series, word for word."""
        parts = (self.study_description.replace("_", " "), self.series_description)
        return ", ".join(" ".join(each.split()) for each in parts if each)

    @property
    def person(self) -> str:
        """Such as "woman of 67 years"; empty when nothing is said."""
        who = {"F": "woman", "M": "man"}.get(self.sex or "", "")
        if self.age is None:
            return who
        return f"{who or 'person'} of {self.age} years"

    @property
    def doi_link(self) -> str:
        """The permanent address of the collection."""
        return f"https://doi.org/{self.doi}"

    @property
    def citation(self) -> str:
        """What to cite, as far as the catalogue's facts go."""
        return (
            f"Collection {self.collection}, NCI Imaging Data Commons, {self.doi_link}, "
            f"licence {self.licence}, series {self.series_uid}"
        )


class Catalogue(BaseModel):
    """All samples, in the order in which they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[2]
    series: tuple[Sample, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> "Catalogue":
        for name in ("id", "series_uid", "crdc_series_uuid"):
            values = [getattr(each, name) for each in self.series]
            if len(set(values)) < len(values):
                raise ValueError(f"{name} is given twice")
        return self

    def find(self, name: str) -> Sample:
        """Give a sample by its short name, its Series Instance UID or its folder.

        Raises
        ------
        SamplesError
            NO_SUCH_SAMPLE.
        """
        for each in self.series:
            if name.strip() in (each.id, each.series_uid, each.crdc_series_uuid):
                return each
        raise SamplesError(SamplesProblem.NO_SUCH_SAMPLE)


def load(folder: Path) -> Catalogue:
    """Read the catalogue in `folder`.

    Raises
    ------
    SamplesError
        BAD_CATALOGUE.
    """
    try:
        return Catalogue.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise SamplesError(SamplesProblem.BAD_CATALOGUE) from error
