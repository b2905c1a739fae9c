## The list of past sits

log-title = Frühere Sitzungen
log-empty = Noch keine Sitzungen. Deine erste Sitzung wird hier stehen.
log-more = Ältere Sitzungen zeigen
log-insight = Überblick
log-owner = Konto
log-owner-shown = Dieses Konto
log-owner-all = Alle Konten

## One sit: its length, then its state

log-of = { $sat } von { $planned }
log-complete = vollständig
log-ended-early = früher beendet
log-unsettled = braucht deine Antwort
log-running-elsewhere = läuft auf einem anderen Gerät
log-unfinished = auf dem anderen Gerät nicht beendet
log-edit = Sitzung vom { $when } bearbeiten
log-delete = Sitzung vom { $when } löschen
log-deleted = Die Sitzung wurde gelöscht.
