# Errors of the engine and of the connection to it. A reason is technical text from the system, in English.

engine-stopping = Zafu wird gerade beendet. Alles Gespeicherte bleibt erhalten. Starte Zafu erneut.
engine-fault = Ein Teil von Zafu ist fehlgeschlagen ({ $reason }). Alles Gespeicherte bleibt erhalten. Versuch es noch einmal, und melde den Fehler, wenn er wieder auftritt.
engine-unreachable = Das laufende Zafu ist nicht erreichbar ({ $reason }). Es wurde nichts geändert. Versuch es noch einmal.
engine-folder-held = Zafu läuft schon mit dem Datenordner { $path }, ist aber nicht erreichbar. Es wurde nichts geändert. Beende es und versuch es noch einmal.
engine-not-responding = Das laufende Zafu hat seit { $seconds } Sekunden nicht geantwortet: Es ist angehalten oder wartet auf einen Datenträger. Alles Gespeicherte bleibt erhalten, und die Anfrage wird vielleicht noch ausgeführt. Lass Zafu weiterlaufen, oder beende es und starte es neu.
engine-other-version = Das laufende Zafu hat eine andere Version ({ $reason }). Beende es und starte es neu.
engine-request-not-understood = Diese Anfrage wird nicht verstanden ({ $reason }). Prüfe, ob `zafu` und die App dieselbe Version haben.
engine-preset-missing = Es gibt keine Vorlage mit der ID { $id }. Vielleicht wurde sie gelöscht.
engine-preset-unknown = Es gibt keine Vorlage „{ $name }“. Die Vorlagen sind: { $presets }.
engine-preset-none = Es gibt keine Vorlage „{ $name }“. Es gibt noch keine Vorlagen.
engine-keep-awake = Der Computer schläft während der Sitzung vielleicht ein ({ $reason }). Die Sitzung läuft weiter. Wird sie unterbrochen, fragt Zafu dich nach der Unterbrechung.
engine-notification = Die Benachrichtigung konnte nicht angezeigt werden ({ $reason }). Sonst ist nichts betroffen. `zafu doctor` zeigt, was fehlt.
engine-file-not-written = { $file } konnte nicht geschrieben werden ({ $reason }). Sonst wurde nichts geändert.
engine-no-window = Zafu läuft in einem Terminal, ohne Fenster. Es wurde nichts geändert. Öffne den Link nach der Sitzung noch einmal, oder füge ihn bei `zafu partner join -` ein.
engine-not-a-time = „{ $text }“ ist kein Zeitpunkt mit Abstand zu UTC wie 2026-03-01T06:30:00+01:00. Es wurde nichts geändert. Gib Datum und Uhrzeit noch einmal ein.
engine-not-a-picture = „{ $name }“ ist nicht der Name eines Bildes. Es wurde nichts gespeichert.
engine-no-such-change = Diese Änderung lässt sich nicht mehr rückgängig machen, weil seitdem viele andere dazukamen. Es wurde nichts geändert.
engine-filter-too-long = Der Filter ist zu lang. In diesem Fenster bleibt er, wie er ist; für das nächste wird er nicht behalten.

## A change that could not be saved. $change is one of the messages below, $error a whole message.

engine-not-saved = { $change } ist noch nicht gespeichert. { $error } Zafu versucht es von selbst weiter. Beende es bis dahin nicht.
engine-change-pause = Die Pause
engine-change-resume = Das Ende der Pause
engine-change-end = Das Ende der Sitzung
engine-change-discard = Das Verwerfen der Sitzung
engine-change-other = Die letzte Änderung der Sitzung
engine-restore-during-sit = Es läuft eine Sitzung, darum wurde keine Sicherung wiederhergestellt. Beende zuerst die Sitzung.
engine-restore-during-import = Ein Import läuft, darum wurde keine Sicherung wiederhergestellt. Warte, bis er fertig ist.
engine-restore-changed = Das Protokoll hat sich inzwischen geändert. Es wurde noch nichts wiederhergestellt. Sieh nach, was die Wiederherstellung jetzt ändert, und bestätige sie noch einmal.
