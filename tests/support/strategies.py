"""Hypothesis strategies for everything that a visit may hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from painmap.documents.codec import kind_of
from painmap.documents.visit_document import Tombstone, VisitDocument
from painmap.domain.anatomy import Level, Side
from painmap.domain.compartment import (
    AreaOrigin,
    Compartment,
    CompartmentStatus,
    LabelSource,
    SliceArea,
)
from painmap.domain.injection import (
    CtPlace,
    FigurePlace,
    Finding,
    FindingKind,
    GivenSite,
    Landmark,
    LandmarkKind,
    LandmarkStatus,
    LevelBasis,
    LevelCheck,
    LevelCount,
    Link,
    LinkKind,
    Outline,
    PlannedSite,
    SideBasis,
    SideCheck,
    SiteStatus,
    Transitional,
)
from painmap.domain.items import Stamp
from painmap.domain.needle_plan import (
    EntryBasis,
    Hazard,
    HazardKind,
    PlannedPath,
    PrintedSheet,
    ProcedurePosition,
)
from painmap.domain.pain import (
    GAMMAS,
    AuthorLayer,
    Depth,
    Mark,
    MarkedRegion,
    PainSite,
    Pattern,
    Pressing,
    Quality,
    RegionShape,
    StrokeShape,
)
from painmap.domain.pain_links import PainLink, PainLinkKind
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import (
    CtAnchor,
    FigurePoint,
    PatientPoint,
    Sha256,
    StackKey,
    TemplateRef,
)
from painmap.domain.study import (
    Agreement,
    AttachedStudy,
    IdentityAnswer,
    IdentityCheck,
    Origin,
    RefusalOutcome,
    StudyRefusal,
)
from painmap.domain.visit import Item, Visit, VisitKind, VisitState

REPORTS = (b'{"used": 90}', b"\x00\xff\xfe", b"")
"""Blobs that studies of these strategies refer to."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(str.strip)
millimetres = st.floats(-2000, 2000)
ids = st.uuids()
sides = st.sampled_from(Side)
levels = st.none() | st.sampled_from(Level)
ratings = st.none() | st.integers(0, 10)
amounts = st.none() | st.decimals(0, 5000, allow_nan=False, allow_infinity=False, places=2)
uids = st.from_regex(r"[1-9]{1,3}(\.[0-9]{1,4}){1,4}", fullmatch=True)
hashes = st.binary(max_size=2).map(lambda each: Sha256(sha256(each).hexdigest()))
report_hashes = st.sampled_from(REPORTS).map(lambda each: Sha256(sha256(each).hexdigest()))
zones = st.integers(-14 * 60, 14 * 60).map(lambda each: timezone(timedelta(minutes=each)))
moments = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001  # the zone is drawn beside it
    datetime(2100, 1, 1),  # noqa: DTZ001  # the zone is drawn beside it
    timezones=zones | st.just(UTC),
)
days = st.dates()
stamps = st.builds(Stamp, st.integers(1, 10_000), texts, moments)

patient_points = st.builds(PatientPoint, millimetres, millimetres, millimetres)
figure_points = st.builds(FigurePoint, millimetres, millimetres)
templates = st.builds(TemplateRef, names, st.integers(1, 9), hashes)
anchors = st.builds(
    CtAnchor,
    study_uid=uids,
    series_uid=uids,
    stack=st.integers(0, 20),
    sop_uid=uids,
    frame_number=st.integers(1, 300),
    frame_of_reference_uid=st.none() | uids,
    stack_key=hashes.map(StackKey),
)
ct_places = st.builds(CtPlace, anchors, patient_points)
figure_places = st.builds(FigurePlace, templates, texts, figure_points)
places = st.none() | ct_places | figure_places
side_checks = st.builds(
    SideCheck,
    basis=st.sampled_from(SideBasis),
    offset_mm=st.none() | millimetres,
    midline=st.lists(st.tuples(ids, st.integers(1, 9)), max_size=3).map(tuple),
    answer=texts,
)
level_checks = st.builds(LevelCheck, basis=st.sampled_from(LevelBasis), found=levels)
tilts = st.tuples(st.floats(-90, 90), st.floats(-90, 90))


@st.composite
def strokes(draw: st.DrawFn) -> StrokeShape:
    """A stroke of a mouse, or of a pen that tells its pressure, its tilt or both."""
    points = tuple(draw(st.lists(figure_points, min_size=1, max_size=5)))
    pressures = st.tuples(*[st.floats(0, 1)] * len(points))
    held = st.tuples(*[tilts] * len(points))
    return StrokeShape(
        points,
        draw(st.floats(0.1, 50)),
        pressures=draw(st.just(()) | pressures),
        tilts=draw(st.just(()) | held),
        pressing=draw(st.sampled_from(Pressing)),
        gamma=draw(st.floats(*GAMMAS)),
    )


shapes = st.builds(RegionShape, names) | strokes()
regions = st.builds(MarkedRegion, names, names, sides, st.floats(0, 1))

pain_sites = st.builds(
    PainSite,
    id=ids,
    intensity=ratings,
    worst=ratings,
    least=ratings,
    qualities=st.lists(st.sampled_from(Quality), max_size=3, unique=True).map(tuple),
    depth=st.none() | st.sampled_from(Depth),
    pattern=st.none() | st.sampled_from(Pattern),
    onset=texts,
    worsened_by=texts,
    eased_by=texts,
    note=texts,
    stamp=stamps,
)
marks = st.builds(
    Mark,
    id=ids,
    site_id=ids,
    layer=st.sampled_from(AuthorLayer),
    template=templates,
    view=texts,
    shape=shapes,
    regions=st.lists(regions, max_size=3).map(tuple),
    stamp=stamps,
)
findings = st.builds(
    Finding,
    id=ids,
    kind=st.sampled_from(FindingKind),
    side=st.none() | sides,
    muscle_id=st.none() | names,
    level=levels,
    place=places,
    note=texts,
    stamp=stamps,
)
studies = st.builds(
    AttachedStudy,
    id=ids,
    study_uid=uids,
    description=texts,
    study_date=st.none() | days,
    modality=names,
    folder=texts,
    origin=st.sampled_from(Origin),
    identity=st.builds(
        IdentityCheck,
        st.sampled_from(Agreement),
        st.sampled_from(Agreement),
        st.sampled_from(Agreement),
        st.sampled_from(Agreement),
        st.sampled_from(IdentityAnswer),
        texts,
    ),
    import_report=report_hashes,
    detached=texts,
    stamp=stamps,
)
refusals = st.builds(
    StudyRefusal,
    id=ids,
    outcome=st.sampled_from(RefusalOutcome),
    differences=st.lists(texts, max_size=3).map(tuple),
    stamp=stamps,
)
landmarks = st.builds(
    Landmark,
    id=ids,
    kind=st.sampled_from(LandmarkKind),
    anchor=anchors,
    point=patient_points,
    level=levels,
    status=st.sampled_from(LandmarkStatus),
    entered_in_error=texts,
    stamp=stamps,
)
level_counts = st.builds(
    LevelCount,
    id=ids,
    anchor=anchors,
    landmark_id=ids,
    level=st.sampled_from(Level),
    transitional=st.sampled_from(Transitional),
    confirmed=st.booleans(),
    entered_in_error=texts,
    stamp=stamps,
)
planned_sites = st.builds(
    PlannedSite,
    id=ids,
    muscle_id=names,
    side=sides,
    level=levels,
    status=st.sampled_from(SiteStatus),
    place=places,
    side_check=side_checks,
    level_check=level_checks,
    note=texts,
    entered_in_error=texts,
    stamp=stamps,
)
given_sites = st.builds(
    GivenSite,
    id=ids,
    muscle_id=names,
    side=sides,
    level=levels,
    planned_site_id=st.none() | ids,
    place=places,
    product=texts,
    lot=texts,
    units=amounts,
    volume_ml=amounts,
    given_at=st.none() | moments,
    note=texts,
    entered_in_error=texts,
    stamp=stamps,
)
outlines = st.builds(
    Outline,
    id=ids,
    muscle_id=names,
    side=sides,
    anchor=anchors,
    points=st.lists(patient_points, min_size=3, max_size=6).map(tuple),
    level=levels,
    side_check=side_checks,
    level_check=level_checks,
    note=texts,
    entered_in_error=texts,
    stamp=stamps,
)
areas = st.lists(
    st.builds(
        SliceArea,
        k=st.integers(0, 500),
        mask=st.sampled_from([Sha256(sha256(each).hexdigest()) for each in REPORTS]),
        origin=st.sampled_from(AreaOrigin),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda area: area.k,
).map(lambda found: tuple(sorted(found, key=lambda area: area.k)))
compartments = st.builds(
    Compartment,
    id=ids,
    muscle_id=names,
    side=sides,
    anchor=anchors,
    areas=areas,
    status=st.sampled_from(CompartmentStatus),
    colour=st.integers(0, 30),
    visible=st.booleans(),
    locked=st.booleans(),
    opacity=st.integers(0, 100),
    side_check=side_checks,
    note=texts,
    source=st.none()
    | st.builds(
        LabelSource,
        format=names,
        names=st.lists(texts, max_size=3).map(tuple),
        made_by=texts,
        resampled=st.booleans(),
        remark=texts,
    ),
    entered_in_error=texts,
    stamp=stamps,
)
paths = st.builds(
    PlannedPath,
    id=ids,
    site_id=ids,
    anchor=anchors,
    entry=patient_points,
    position=st.sampled_from(ProcedurePosition),
    basis=st.sampled_from(EntryBasis),
    scanned=st.none() | st.sampled_from(ProcedurePosition),
    needle_mm=st.none() | st.integers(1, 500),
    side_check=side_checks,
    note=texts,
    entered_in_error=texts,
    stamp=stamps,
)
hazards = st.builds(
    Hazard,
    id=ids,
    kind=st.sampled_from(HazardKind),
    anchor=anchors,
    points=st.lists(patient_points, min_size=3, max_size=5).map(tuple),
    closed=st.booleans(),
    side=st.none() | sides,
    name=texts,
    entered_in_error=texts,
    stamp=stamps,
)
sheets = st.builds(PrintedSheet, id=ids, plan=hashes, printed=moments, stamp=stamps)
links = st.builds(
    Link,
    id=ids,
    kind=st.sampled_from(LinkKind),
    from_id=ids,
    to_id=ids,
    side_answer=texts,
    stamp=stamps,
)

pain_links = st.builds(
    PainLink,
    id=ids,
    kind=st.sampled_from(PainLinkKind),
    from_site=ids,
    to_site=ids,
    arrow=st.none() | ids,
    stamp=stamps,
) | st.builds(
    PainLink,
    id=ids,
    kind=st.sampled_from(PainLinkKind),
    from_site=ids,
    to_region=regions,
    arrow=st.none() | ids,
    stamp=stamps,
)

items: st.SearchStrategy[Item] = st.one_of(
    pain_sites,
    marks,
    findings,
    studies,
    refusals,
    landmarks,
    level_counts,
    planned_sites,
    given_sites,
    outlines,
    compartments,
    paths,
    hazards,
    sheets,
    links,
    pain_links,
)
"""Any item; a mark's pain site need not exist."""

loose_items: st.SearchStrategy[Item] = st.one_of(
    findings,
    studies,
    refusals,
    landmarks,
    level_counts,
    planned_sites,
    given_sites,
    outlines,
    compartments,
    paths,
    hazards,
    sheets,
    links,
    pain_links,
)
"""Items that can stand in a visit alone."""


@st.composite
def marked_sites(draw: st.DrawFn) -> tuple[Item, ...]:
    """A pain site with one to three marks."""
    site = draw(pain_sites)
    its = [replace(each, site_id=site.id) for each in draw(st.lists(marks, min_size=1, max_size=3))]
    return (site, *its)


patients = st.builds(
    Patient,
    id=ids,
    kind=st.sampled_from(PatientKind),
    family_name=names,
    given_name=texts,
    birth_date=st.none() | days,
    sex=st.none() | st.sampled_from(Sex),
    record_number=texts,
    institution=texts,
    stamp=stamps,
)


def _unique(found: list[Item]) -> tuple[Item, ...]:
    return tuple({each.id: each for each in found}.values())


@st.composite
def visits(draw: st.DrawFn, patient_id: UUID | None = None) -> Visit:
    """A visit with some of everything."""
    empty = Visit(
        id=draw(ids),
        patient_id=patient_id or draw(ids),
        started=draw(moments),
        kind=draw(st.sampled_from(VisitKind)),
        state=draw(st.sampled_from(VisitState)),
        revision=draw(st.integers(0, 10_000)),
    )
    sites = [each for group in draw(st.lists(marked_sites(), max_size=2)) for each in group]
    return empty.changed(put=_unique([*sites, *draw(st.lists(loose_items, max_size=5))]))


@st.composite
def documents(draw: st.DrawFn) -> VisitDocument:
    """A document with tombstones, and the blobs that it refers to."""
    patient = draw(patients)
    visit = draw(visits(patient.id))
    taken = {item.id for item in visit.items()}
    gone = _unique([each for each in draw(st.lists(items, max_size=3)) if each.id not in taken])
    tombstones = sorted(
        (_tombstone(each, draw(texts), draw(moments)) for each in gone),
        key=lambda each: each.item.id,
    )
    every: list[Any] = [*visit.items(), *gone]
    used = {each.import_report for each in every if isinstance(each, AttachedStudy)}
    used |= {area.mask for each in every if isinstance(each, Compartment) for area in each.areas}
    blobs = {Sha256(sha256(each).hexdigest()): each for each in REPORTS}
    return VisitDocument(
        written_at=draw(moments),
        patient=patient,
        visit=visit,
        tombstones=tuple(tombstones),
        blobs={sha: content for sha, content in blobs.items() if sha in used},
    )


def _tombstone(item: Item, author: str, at: datetime) -> Tombstone:
    return Tombstone(kind_of(item), item, Stamp(item.stamp.revision + 1, author, at))
