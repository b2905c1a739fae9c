## Bells that are not heard as chosen. A reason is technical text from the system, in English.

error-bell-no-device = No sound device was found, so bells are silent. Connect speakers or headphones, or turn on the computer’s sound.
error-bell-no-device-reason = No sound device was found, so bells are silent ({ $reason }). Connect speakers or headphones, or turn on the computer’s sound.
error-bell-device-refused = “{ $device }” is not available, so a bell was silent ({ $reason }). Check whether another program is using it.
error-bell-device-lost = “{ $device }” was disconnected while a bell rang ({ $reason }). The next bell uses the device that is available then.
error-bell-stuck = The computer’s sound system does not respond, so a bell was silent. Restart the sound system or the computer.
error-bell-file = The sound file { $file } cannot be played: { $fault }. “{ $instead }” is played instead. Choose another file or sound.
error-bell-file-refused = The sound file { $file } cannot be used: { $fault }. Choose a WAV, FLAC, Ogg Vorbis or MP3 file of up to one minute.
error-bell-unknown-sound = The sound “{ $name }” was not found. “{ $instead }” is played instead. Choose another sound.
error-bell-failed = A bell was silent because of a fault in Zafu ({ $reason }). Please report this.
error-bell-check-again = Check again

## The same in one line of at most 40 characters, under a running sit

error-bell-no-device-brief = No sound device: bells are silent
error-bell-silent-brief = A bell was silent
error-bell-file-brief = A sound file could not be played
error-bell-unknown-sound-brief = A sound was not found

## Faults of a sound file. Each continues the sentence “The sound file … cannot be played: ”

error-file-missing = it was not found
error-file-not-a-file = it is not a file
error-file-bad-name = its name cannot be read, so rename it
error-file-unreadable = it cannot be read ({ $reason })
error-file-slow = reading it takes too long
error-file-unknown-format = it is not a sound that Zafu can read
error-file-damaged = it is damaged
error-file-rate = its sample rate is { $hertz } Hz, but Zafu plays 4000 to 384000 Hz
error-file-channels = it has { $count } channels, but Zafu plays 1 to 8
error-file-not-finite = some of its samples are not numbers
error-file-silent = it is silent
