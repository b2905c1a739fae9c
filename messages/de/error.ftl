## Bells that are not heard as chosen. A reason is technical text from the system, in English.

error-bell-no-device = Es wurde kein Tongerät gefunden, daher bleiben die Glocken stumm. Schließ Lautsprecher oder Kopfhörer an, oder schalte den Ton ein.
error-bell-no-device-reason = Es wurde kein Tongerät gefunden, daher bleiben die Glocken stumm ({ $reason }). Schließ Lautsprecher oder Kopfhörer an, oder schalte den Ton ein.
error-bell-device-refused = „{ $device }“ ist nicht verfügbar, daher blieb eine Glocke stumm ({ $reason }). Prüfe, ob ein anderes Programm das Gerät benutzt.
error-bell-device-lost = „{ $device }“ wurde getrennt, während eine Glocke klang ({ $reason }). Die nächste Glocke nimmt das Gerät, das dann verfügbar ist.
error-bell-stuck = Das Tonsystem des Computers reagiert nicht, daher blieb eine Glocke stumm. Starte das Tonsystem oder den Computer neu.
error-bell-file = Die Klangdatei { $file } kann nicht abgespielt werden: { $fault }. Stattdessen erklingt „{ $instead }“. Wähle eine andere Datei oder einen anderen Klang.
error-bell-file-refused = Die Klangdatei { $file } kann nicht verwendet werden: { $fault }. Wähle eine WAV-, FLAC-, Ogg-Vorbis- oder MP3-Datei von höchstens einer Minute.
error-bell-unknown-sound = Der Klang „{ $name }“ wurde nicht gefunden. Stattdessen erklingt „{ $instead }“. Wähle einen anderen Klang.
error-bell-failed = Eine Glocke blieb durch einen Fehler in Zafu stumm ({ $reason }). Bitte melde das.
error-bell-check-again = Noch einmal prüfen

## The same in one line of at most 40 characters, under a running sit

error-bell-no-device-brief = Kein Tongerät: Glocken bleiben stumm
error-bell-silent-brief = Eine Glocke blieb stumm
error-bell-file-brief = Eine Klangdatei war nicht abspielbar
error-bell-unknown-sound-brief = Ein Klang wurde nicht gefunden

## Faults of a sound file. Each continues the sentence “The sound file … cannot be played: ”

error-file-missing = sie wurde nicht gefunden
error-file-not-a-file = es ist keine Datei
error-file-bad-name = ihr Name ist nicht lesbar, benenne sie um
error-file-unreadable = sie lässt sich nicht lesen ({ $reason })
error-file-slow = das Lesen dauert zu lange
error-file-unknown-format = es ist kein Klang, den Zafu lesen kann
error-file-damaged = sie ist beschädigt
error-file-rate = ihre Abtastrate ist { $hertz } Hz, aber Zafu spielt 4000 bis 384000 Hz
error-file-channels = sie hat { $count } Kanäle, aber Zafu spielt 1 bis 8
error-file-not-finite = einige ihrer Abtastwerte sind keine Zahlen
error-file-silent = sie ist stumm
