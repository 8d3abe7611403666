"""Which objects and which compressions are offered to a PACS that sends pictures."""

from functools import cache

from pydicom.uid import (
    JPEG2000,
    AllTransferSyntaxes,
    BasicTextSRStorage,
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    EncapsulatedPDFStorage,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    EnhancedSRStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    KeyObjectSelectionDocumentStorage,
    LegacyConvertedEnhancedCTImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    MRImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
    RawDataStorage,
    RLELossless,
    RTStructureSetStorage,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
    SpatialRegistrationStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    XRayRadiationDoseSRStorage,
    XRayRadiofluoroscopicImageStorage,
)
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext, StoragePresentationContexts, build_context

PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
SYNTAXES = [
    *PLAIN,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    JPEGLosslessSV1,
    JPEGLossless,
    JPEGLSLossless,
    JPEGLSNearLossless,
    JPEG2000Lossless,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    RLELossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
]
"""How pictures may arrive; as the PACS holds them, so that nothing is changed on the way."""
assert set(SYNTAXES) <= set(AllTransferSyntaxes)  # noqa: S101  # no misspelt UID

PICTURES = (
    CTImageStorage,
    EnhancedCTImageStorage,
    MRImageStorage,
    EnhancedMRImageStorage,
)
"""Offered once for every compression: a PACS picks one of those in a single offer."""

_OTHERS = (
    LegacyConvertedEnhancedCTImageStorage,
    LegacyConvertedEnhancedMRImageStorage,
    SecondaryCaptureImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    XRayRadiofluoroscopicImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    PositronEmissionTomographyImageStorage,
    NuclearMedicineImageStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    BasicTextSRStorage,
    EnhancedSRStorage,
    ComprehensiveSRStorage,
    Comprehensive3DSRStorage,
    XRayRadiationDoseSRStorage,
    SegmentationStorage,
    RTStructureSetStorage,
    RawDataStorage,
    SpatialRegistrationStorage,
    EncapsulatedPDFStorage,
)
MOST_CONTEXTS = 128
"""Of one association (DICOM PS3.8 9.3.2.2): odd numbers up to 255."""


@cache
def get_contexts() -> tuple[PresentationContext, ...]:
    """What is offered with C-GET, where an association has room for 128 offers."""
    offered = [build_context(uid, [syntax]) for uid in PICTURES for syntax in SYNTAXES]
    # a picture that is stored compressed must come so: uncompressed is the last resort
    offered += [build_context(uid, [*PLAIN]) for uid in _OTHERS]
    if len(offered) >= MOST_CONTEXTS:
        raise ValueError(f"{len(offered)} offers leave no room for the retrieve itself")
    return tuple(offered)


def get_roles() -> list[SCP_SCU_RoleSelectionNegotiation]:
    """Say that this side receives, though it is the one that asks."""
    roles = []
    for uid in (*PICTURES, *_OTHERS):
        role = SCP_SCU_RoleSelectionNegotiation()
        role.sop_class_uid, role.scu_role, role.scp_role = uid, False, True
        roles.append(role)
    return roles


@cache
def receiver_contexts() -> tuple[PresentationContext, ...]:
    """What our own receiver takes: every object, every compression."""
    known = {context.abstract_syntax for context in StoragePresentationContexts}
    uids = sorted({*(str(uid) for uid in known), *PICTURES, *_OTHERS})
    return tuple(build_context(uid, [*SYNTAXES]) for uid in uids)
