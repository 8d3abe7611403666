"""CT from files to voxels in the patient: scan, stacks, volumes, planes, measures."""

import sys

# gdcm.py tries to import "dl", which Python has no more; a folder of that name in the place
# where the program is started would be taken for it, and every JPEG CT would be refused
sys.modules.setdefault("dl", None)  # type: ignore[arg-type]  # None means: there is no such module
