"""What the program is for and what not; shown at first start, in About, and on exports."""

INTENDED_USE = (
    "painmap documents examination findings and the doctor's own plan. It is not for primary "
    "diagnosis, not for intra-procedure navigation, does not recommend a dose or a target, and "
    "has not been assessed as a medical device by any authority."
)
