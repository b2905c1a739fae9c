## Read out by screen readers during a sit

announcement-preparing = Komm an. Die Sitzung beginnt in { $time }.
announcement-started = Die Sitzung beginnt: { $length }.
announcement-started-open = Die Sitzung beginnt. Sie hat kein festes Ende.
announcement-half = Die Hälfte ist um. Noch { $length }.
announcement-remaining = Noch { $length }.
announcement-paused = Pause.
announcement-resumed = Die Sitzung geht weiter.
announcement-overtime = Die Sitzung ist am Ende angelangt. Du kannst weiter sitzen.
announcement-finished = Die Sitzung ist vorbei. Gesessen: { $length }.
