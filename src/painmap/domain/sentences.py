"""What was recorded, said in plain words with the patient's LEFT and RIGHT."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.compartment import PROPOSAL, Compartment, CompartmentStatus, LabelSource
from painmap.domain.injection import (
    CtPlace,
    FigurePlace,
    Finding,
    GivenSite,
    Landmark,
    LandmarkStatus,
    LevelBasis,
    LevelCheck,
    LevelCount,
    Outline,
    Place,
    PlannedSite,
    SideBasis,
    SideCheck,
)
from painmap.domain.needle_plan import Hazard
from painmap.domain.pain import ArrowShape, Mark, MarkedRegion, PainFree, PainSite
from painmap.domain.pain_links import MUTUAL, PainLink, PainLinkKind
from painmap.domain.study import AttachedStudy, Origin
from painmap.domain.visit import Visit

MOST_REGIONS_NAMED = 4
"""More regions than this make a sentence that nobody reads; the rest is counted."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_words(day: date) -> str:
    """Such as "3 March 2024": months as words, so that no country reads it otherwise."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: datetime) -> str:
    """Such as "3 March 2024, 10:12" in local time."""
    local = moment.astimezone()
    return f"{day_words(local.date())}, {local:%H:%M}"


def plural(count: int, thing: str, things: str | None = None) -> str:
    """Such as "1 file", "2 files"."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def age_of_study(study_day: date, visit_day: date) -> str:
    """Such as "3 years 2 months before this visit"."""
    if study_day == visit_day:
        return "on the day of this visit"
    early, late = sorted((study_day, visit_day))
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    if months == 0:
        length = plural((late - early).days, "day")
    else:
        years, rest = divmod(months, 12)
        parts = [plural(years, "year")] if years else []
        parts += [plural(rest, "month")] if rest else []
        length = " ".join(parts)
    return f"{length} {'before' if study_day < visit_day else 'after'} this visit"


def region_words(region: MarkedRegion) -> str:
    """Such as "LEFT lower lumbar paraspinal", or the name alone on the midline."""
    if region.side is Side.MIDLINE:
        return region.name
    return f"{region.side.word} {region.name}"


def _joined(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def place_of_pain(marks: Iterable[Mark]) -> str:
    """Such as "patient's LEFT lower lumbar paraspinal and LEFT sacroiliac"."""
    names = list(dict.fromkeys(region_words(r) for mark in marks for r in mark.regions))
    if not names:
        return "outside every region of the figure"
    if len(names) > MOST_REGIONS_NAMED:
        rest = len(names) - MOST_REGIONS_NAMED
        names = [*names[:MOST_REGIONS_NAMED], plural(rest, "more region")]
    return f"patient's {_joined(names)}"


def pain_sentence(site: PainSite, marks: Iterable[Mark], visit: Visit | None = None) -> str:
    """Such as "patient's LEFT lower lumbar paraspinal, 7/10, aching, deep".

    With its visit it also says what the pain is to other pains.
    """
    marks = tuple(marks)
    parts = [place_of_pain(mark for mark in marks if not _is_arrow(mark))]
    if site.finding is not None:
        parts.append(f"doctor finds: {site.finding.value}")
    if site.finding is None or site.intensity is not None:
        parts.append("intensity not asked" if site.intensity is None else f"{site.intensity}/10")
    if site.worst is not None:
        parts.append(f"worst {site.worst}/10")
    if site.least is not None:
        parts.append(f"least {site.least}/10")
    parts += [quality.value for quality in site.qualities]
    parts += [each.value for each in (site.depth, site.pattern) if each is not None]
    parts += _radiations(marks, visit)
    parts += _relations(site, visit)
    if site.onset:
        parts.append(f"since {site.onset}")
    if site.worsened_by:
        parts.append(f"worse with {site.worsened_by}")
    if site.eased_by:
        parts.append(f"eased by {site.eased_by}")
    if site.unchanged_from is not None:
        parts.append("unchanged, the patient says")
    if site.note:
        parts.append(f"note: {site.note}")
    return ", ".join(parts)


def _radiations(marks: tuple[Mark, ...], visit: Visit | None) -> list[str]:
    """What the arrows of a site say, one part for each place that they start from."""
    links = {link.arrow: link for link in visit.pain_links} if visit is not None else {}
    heads: dict[str, list[str]] = {}
    for arrow in marks:
        if not _is_arrow(arrow) or not arrow.regions:
            continue
        link = links.get(arrow.id)
        verb = (link.kind if link is not None else PainLinkKind.RADIATES).value
        if len(arrow.regions) > 1 and verb.endswith(" to"):
            verb = f"{verb.removesuffix(' to')} from {region_words(arrow.regions[0])} to"
        head = region_words(arrow.regions[-1])
        if link is not None and link.to_site is not None and visit is not None:
            head = f"the pain at {place_of_pain(_areas_of(visit, link.to_site))}"
        else:
            head = f"patient's {head}"
        heads.setdefault(verb, []).append(head)
    return [f"{verb} {_joined(list(dict.fromkeys(named)))}" for verb, named in heads.items()]


def _relations(site: PainSite, visit: Visit | None) -> list[str]:
    """What was said of a site and others without an arrow."""
    if visit is None:
        return []
    said = []
    for link in visit.pain_links:
        if link.arrow is None and link.from_site == site.id:
            said.append(link_words(link, visit))
        elif link.to_site == site.id and link.kind in MUTUAL:
            other = place_of_pain(_areas_of(visit, link.from_site))
            said.append(f"{link.kind.value} that at {other}")
    return said


def link_words(link: PainLink, visit: Visit) -> str:
    """Such as "radiates to the pain at patient's LEFT calf"."""
    if link.to_region is not None:
        return f"{link.kind.value} patient's {region_words(link.to_region)}"
    other = place_of_pain(_areas_of(visit, link.to_site))
    that = "that at" if link.kind in MUTUAL else "the pain at"
    return f"{link.kind.value} {that} {other}"


def _areas_of(visit: Visit, site_id: UUID | None) -> list[Mark]:
    marks = visit.marks_of(site_id) if site_id is not None else ()
    return [mark for mark in marks if not _is_arrow(mark)]


def _is_arrow(mark: Mark) -> bool:
    return isinstance(mark.shape, ArrowShape)


def pain_free_sentence(ticks: Iterable[PainFree]) -> str:
    """Such as "pain-free: patient's RIGHT knee, LEFT knee"; empty for none."""
    names = list(dict.fromkeys(region_words(tick.region) for tick in ticks))
    return f"pain-free: patient's {', '.join(names)}" if names else ""


def muscle_words(muscle_id: str, muscles: Mapping[str, Muscle]) -> str:
    """Name a muscle, also one that this program's catalogue no longer has."""
    muscle = muscles.get(muscle_id)
    return muscle.name if muscle else muscle_id.replace("_", " ")


def _sided(side: Side, name: str) -> str:
    return f"{side.word} {name}" if side is not Side.MIDLINE else f"{name}, midline"


def side_words(check: SideCheck) -> str:
    """How the side was checked, and how far from the midline it lies."""
    words = check.basis.value
    if check.basis is SideBasis.NOT_CHECKED or check.offset_mm is None:
        return words
    side = "LEFT" if check.offset_mm > 0 else "RIGHT"
    return f"{words}, {abs(check.offset_mm):.0f} mm {side} of it"


def level_words(level: Level | None, check: LevelCheck) -> str:
    """Such as "L4, level uncertain": no more certain than the spine it was held against."""
    if level is None:
        return "level not given"
    match check:
        case LevelCheck(LevelBasis.UNCERTAIN):
            return f"{level}, level uncertain"
        case LevelCheck(LevelBasis.DIFFERS, found) if found is not None:
            return f"{level} as entered, {found} by the marked spine"
    return level.value


def place_words(place: Place | None) -> str:
    """How a site is placed."""
    match place:
        case CtPlace():
            return "target on CT"
        case FigurePlace(view=view):
            return f"point on the {view} of the figure"
    return "placed by muscle, side and level"


def planned_sentence(
    site: PlannedSite, muscles: Mapping[str, Muscle], visit: Visit | None = None
) -> str:
    """Such as "LEFT quadratus lumborum, L3, considered, target on CT, side agrees ...".

    With its visit it also says which pain the site is for.
    """
    parts = [_sided(site.side, muscle_words(site.muscle_id, muscles))]
    parts.append(level_words(site.level, site.level_check))
    parts += [site.status.value, place_words(site.place)]
    if isinstance(site.place, CtPlace) and site.side is not Side.MIDLINE:
        parts.append(side_words(site.side_check))
    pain = visit.pain_of(site) if visit is not None else None
    if visit is not None and pain is not None:
        parts.append(f"for the pain at the {place_of_pain(visit.marks_of(pain.id))}")
    if site.note:
        parts.append(f"note: {site.note}")
    return ", ".join(parts)


def outline_sentence(outline: Outline, muscles: Mapping[str, Muscle]) -> str:
    """Such as "outline of the LEFT psoas major, L3"."""
    parts = [f"outline of the {_sided(outline.side, muscle_words(outline.muscle_id, muscles))}"]
    parts.append(level_words(outline.level, outline.level_check))
    if outline.side is not Side.MIDLINE:
        parts.append(side_words(outline.side_check))
    if outline.note:
        parts.append(f"note: {outline.note}")
    return ", ".join(parts)


def compartment_sentence(compartment: Compartment, muscles: Mapping[str, Muscle]) -> str:
    """Such as "LEFT psoas major over 34 slices, accepted, side agrees with the midline"."""
    name = _sided(compartment.side, muscle_words(compartment.muscle_id, muscles))
    parts = [f"{name} over {plural(len(compartment.areas), 'slice')}", compartment.status.value]
    if compartment.side is not Side.MIDLINE:
        parts.append(side_words(compartment.side_check))
    return ", ".join(parts)


def label_words(source: LabelSource) -> str:
    """Such as "taken in from a NIfTI label map (autochthon_left), nearest voxels"."""
    if source.format == PROPOSAL:
        return f"proposed by painmap {source.remark}"
    words = f"taken in from a {source.format} ({', '.join(source.names)})"
    if source.made_by:
        words += f" by {source.made_by}"
    if source.resampled:
        words += ", resampled to the nearest voxels"
    return f"{words}, {source.remark}" if source.remark else words


def spine_sentence(count: LevelCount, landmarks: Iterable[Landmark]) -> str:
    """Such as "levels counted from the L4 spinous process, transitional vertebra: no"."""
    marks = tuple(landmarks)
    named = next((each for each in marks if each.id == count.landmark_id), None)
    what = f" {named.kind.value}" if named is not None else ""
    said = f"levels counted from the {count.level}{what}"
    said += f", transitional vertebra: {count.transitional.value}"
    if not count.confirmed or any(each.status is LandmarkStatus.PROPOSED for each in marks):
        return f"{said}; proposed, not confirmed: level uncertain"
    return said if count.is_certain else f"{said}: level uncertain"


def spine_sentences(visit: Visit) -> tuple[tuple[LevelCount, str], ...]:
    """How levels were counted, one a frame of reference."""
    found = []
    for count in visit.live_level_counts:
        frame = (count.anchor.study_uid, count.anchor.frame_of_reference_uid)
        same = [
            each
            for each in visit.live_landmarks
            if (each.anchor.study_uid, each.anchor.frame_of_reference_uid) == frame
        ]
        found.append((count, spine_sentence(count, same)))
    return tuple(found)


def hazard_sentence(hazard: Hazard) -> str:
    """Such as "LEFT sciatic nerve, marked as a line of 4 points"."""
    side = f"{hazard.side.word} " if hazard.side is not None else ""
    kind = "" if hazard.words == hazard.kind.value else f" ({hazard.kind.value})"
    count = len(hazard.points)
    how = "a contour" if hazard.closed else "a point" if count == 1 else f"a line of {count} points"
    return f"{side}{hazard.words}{kind}, marked on CT as {how}"


def finding_sentence(finding: Finding, muscles: Mapping[str, Muscle]) -> str:
    """Such as "found: taut band, RIGHT quadratus lumborum, L4"."""
    where = muscle_words(finding.muscle_id, muscles) if finding.muscle_id else ""
    if finding.side is not None:
        where = _sided(finding.side, where) if where else finding.side.word
    parts = [f"found: {finding.kind.value}", where]
    parts.append(finding.level.value if finding.level else "")
    parts.append(f"note: {finding.note}" if finding.note else "")
    return ", ".join(part for part in parts if part)


def given_sentence(site: GivenSite, muscles: Mapping[str, Muscle]) -> str:
    """Such as "given: LEFT quadratus lumborum, L3, 25 units"."""
    parts = [f"given: {_sided(site.side, muscle_words(site.muscle_id, muscles))}"]
    parts.append(site.level.value if site.level else "level not given")
    parts.append(
        "units not recorded" if site.units is None else f"{number_words(site.units)} units"
    )
    parts += [text for text in (site.product, site.note) if text]
    return ", ".join(parts)


def number_words(value: Decimal | float) -> str:
    """A number without trailing ".0", without exponent, and with its leading zero."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def study_sentence(study: AttachedStudy) -> str:
    """Such as "CT of 3 March 2024, lumbar spine"."""
    when = day_words(study.study_date) if study.study_date else "unknown date"
    parts = [f"{study.modality} of {when}"]
    if study.description:
        parts.append(study.description)
    if study.origin is not Origin.PERSON and study.origin.value not in study.description.casefold():
        parts.append(study.origin.value)
    if study.detached:
        parts.append(f"detached: {study.detached}")
    return ", ".join(parts)


def with_path(sentence: str, path: str) -> str:
    """The sentence of a site with what is said of its needle path."""
    return f"{sentence}; needle {path}" if path else sentence


_NO_PATHS: Mapping[UUID, str] = MappingProxyType({})


def visit_sentences(
    visit: Visit, muscles: Mapping[str, Muscle], paths: Mapping[UUID, str] = _NO_PATHS
) -> tuple[str, ...]:
    """Everything live in a visit, one sentence an item, in the order in which it is read.

    Parameters
    ----------
    paths : mapping of UUID to str
        What is said of needle paths, by planned site.
    """
    pain_free = pain_free_sentence(visit.pain_free)
    return (
        *(pain_sentence(site, visit.marks_of(site.id), visit) for site in visit.pain_sites),
        *((pain_free,) if pain_free else ()),
        *(finding_sentence(finding, muscles) for finding in visit.findings),
        *(study_sentence(study) for study in visit.attached_studies),
        *(words for _, words in spine_sentences(visit)),
        *(
            with_path(planned_sentence(site, muscles, visit), paths.get(site.id, ""))
            for site in visit.live_planned_sites
        ),
        *(outline_sentence(outline, muscles) for outline in visit.live_outlines),
        *(
            compartment_sentence(each, muscles)
            for each in visit.live_compartments
            if each.status is not CompartmentStatus.PROPOSED
        ),
        *(hazard_sentence(hazard) for hazard in visit.live_hazards),
        *(given_sentence(site, muscles) for site in visit.live_given_sites),
    )
