"""One file per step; revision ids are four digits, growing by one."""
