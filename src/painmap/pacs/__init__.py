"""The hospital's picture archive over the network: DIMSE and DICOMweb, no files and no Qt."""
