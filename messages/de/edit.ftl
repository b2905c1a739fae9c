## Werte, die keine Sitzung haben kann, in einer Korrektur oder einer nachgetragenen Sitzung

edit-not-over = Die Sitzung ist noch nicht vorbei. Es wurde nichts geändert. Beende sie, dann korrigiere Beginn oder Dauer.
edit-start-too-early = Der Beginn liegt vor dem Jahr 1900. Es wurde nichts geändert. Prüfe das Jahr.
edit-start-in-future = Der Beginn liegt in der Zukunft. Es wurde nichts geändert. Gib einen Zeitpunkt ein, der vorbei ist.
edit-end-in-future = Mit diesem Beginn und dieser Dauer würde die Sitzung in der Zukunft enden. Es wurde nichts geändert. Gib einen früheren Beginn oder eine kürzere Dauer ein.
edit-no-length = Eine Sitzung dauert mindestens 1 Sekunde. Es wurde nichts geändert. Gib eine Dauer ein.
edit-too-long = Eine Sitzung dauert höchstens 24 Stunden. Es wurde nichts geändert. Gib eine kürzere Dauer ein.
edit-offset = Eine Zeitzone liegt weniger als 24 Stunden von UTC entfernt. Es wurde nichts geändert. Wähle eine andere Zeitzone.
