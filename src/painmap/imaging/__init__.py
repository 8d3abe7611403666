"""CT from files to voxels in the patient: scan, stacks, volumes, planes, measures."""
