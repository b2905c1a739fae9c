## Values that no sit can have, in a correction or in a sit added by hand

edit-not-over = The sit is not over yet. Nothing was changed. End it, then correct its start or length.
edit-start-too-early = The start is before the year 1900. Nothing was changed. Check the year.
edit-start-in-future = The start is in the future. Nothing was changed. Enter a date and time that have passed.
edit-end-in-future = With this start and length, the sit would end in the future. Nothing was changed. Enter an earlier start or a shorter length.
edit-no-length = A sit is at least 1 second long. Nothing was changed. Enter a length.
edit-too-long = A sit is at most 24 hours long. Nothing was changed. Enter a shorter length.
edit-offset = A time zone is less than 24 hours from UTC. Nothing was changed. Choose another time zone.
