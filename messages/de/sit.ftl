## A running sit

sit-title = Sitzung
sit-preparing = Komm an
sit-paused = Pause
sit-overtime = Nach dem Ende
sit-overtime-always = Nach dem Ende, wird angerechnet
sit-pause = Pause
sit-resume = Weiter
sit-end = Beenden
sit-cancel = Abbrechen
sit-finish = Beenden
sit-add-overtime = { $time } anrechnen
sit-fullscreen = Vollbild
sit-fullscreen-leave = Vollbild verlassen

## Question before a sit is ended early

sit-end-title = Die Sitzung jetzt beenden?
sit-end-keep = Beenden und { $time } behalten
sit-end-cancel = Weiter sitzen
sit-end-discard = Diese Sitzung verwerfen
sit-discard-title = { $time } Sitzen verwerfen?
sit-discard-text = Von dieser Sitzung bleibt nichts.
sit-discard-confirm = Verwerfen
sit-discard-cancel = Behalten

## Question before Zafu quits during a sit

sit-quit-title = Eine Sitzung läuft noch.
sit-quit-text = Wenn du nur das Fenster schließt, läuft die Sitzung weiter.
sit-quit-confirm = Beenden und die bisherige Zeit behalten
sit-quit-cancel = Weiter sitzen

## After a sit; the length stands below the first line: You sat / 20 minutes

sit-finished-complete = Gesessen
sit-finished-early = Gesessen, früher beendet
sit-finished-of = von { $planned }
sit-finished-not-saved = Diese Sitzung ist noch nicht gespeichert. Zafu hat sie im Speicher und versucht es weiter. Beende Zafu nicht, solange du diese Meldung siehst.
sit-finished-note = Notiz
sit-finished-note-hint = Ein paar Worte, wenn du magst
sit-finished-label = Art
sit-finished-label-hint = Zazen, Metta, …
sit-finished-again = Noch einmal
