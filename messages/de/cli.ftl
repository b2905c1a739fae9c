# Was die Befehle ausgeben. Namen von Befehlen, Optionen und Werten werden nicht übersetzt: sie stehen in `Gravis`.

## Fehler aller Befehle

cli-system = Das System meldet einen Fehler: { $reason }. Alle gespeicherten Sitzungen bleiben erhalten.
cli-output = In die Standardausgabe kann nicht geschrieben werden: { $reason }.
# $outcome sind ganze Sätze.
cli-output-outcome = In die Standardausgabe kann nicht geschrieben werden: { $reason }. Der Befehl wurde ausgeführt: { $outcome }
cli-output-sit = In die Standardausgabe kann nicht geschrieben werden: { $reason }. Die Sitzung ist davon nicht betroffen.
cli-no-sit = Es läuft keine Sitzung: Zafu läuft nicht mit diesem Datenordner.
cli-quit-not-running = Zafu läuft nicht.
cli-discard-unconfirmed = Damit wird die Sitzung verworfen. Noch wurde nichts geändert: `zafu discard --yes` verwirft sie wirklich, `zafu end` behält die Zeit, die du gesessen hast.
cli-session-id = „{ $text }“ ist keine ID einer Sitzung. `zafu status` zeigt die IDs der Sitzungen, die deine Antwort brauchen.

## Befehlszeile, die nicht verstanden wird

cli-usage = Aufruf: { $usage }
cli-usage-help = Mehr dazu zeigt `--help`.
cli-usage-reason = { $argument }: { $reason }
cli-usage-value = „{ $value }“ ist kein gültiger Wert für { $argument }.
cli-usage-value-of = „{ $value }“ ist kein gültiger Wert für { $argument }. Mögliche Werte: { $values }.
cli-usage-no-value = { $argument } braucht einen Wert.
cli-usage-no-value-of = { $argument } braucht einen Wert. Mögliche Werte: { $values }.
cli-usage-too-many = „{ $value }“ ist ein Wert zu viel für { $argument }.
cli-usage-unknown = „{ $argument }“ ist hier kein bekanntes Argument.
cli-usage-twice = { $argument } kann nur einmal angegeben werden.
cli-usage-conflict = { $argument } kann nicht zusammen mit { $others } angegeben werden.
cli-usage-required = Es fehlen notwendige Angaben: { $arguments }.
cli-usage-command = „{ $command }“ ist kein bekannter Unterbefehl.
cli-usage-no-command = `{ $command }` braucht einen Unterbefehl.
cli-usage-encoding = Ein Argument ist kein gültiges UTF-8.
cli-usage-suggestion = Meintest du { $suggestion }?
cli-usage-duration = „{ $text }“ ist keine Dauer: Schreib sie als 20m, 1h30m oder 90s.
cli-usage-target = „{ $text }“ ist kein Wochenziel: Es muss eine Zahl von 0 bis 1000 sein.
cli-usage-time = „{ $text }“ ist keine Tageszeit: Schreib sie als 06:00-06:30.
cli-usage-day = „{ $text }“ ist kein Tag: Schreib ihn als 2026-03-31.
cli-usage-range = „{ $text }“ liegt außerhalb des Erlaubten: Möglich sind { $min } bis { $max } Sekunden.

## Start des Programms mit dem Fenster

cli-app-missing = { $program } ist nicht neben `zafu` installiert. Installiere Zafu noch einmal, oder benutze `zafu sit --terminal`.
cli-app-not-executable = { $program } kann nicht gestartet werden: { $reason }. Installiere Zafu noch einmal, oder benutze `zafu sit --terminal`.
cli-app-failed = Zafu konnte nicht gestartet werden. { $reason }
cli-app-failed-silently = Zafu konnte nicht gestartet werden. Den Grund nennen die Protokolldateien: `zafu doctor` gibt ihren Ordner aus.
cli-app-no-response = Zafu wurde gestartet und reagiert nicht. `zafu doctor` sucht nach der Ursache.
cli-app-no-response-reason = Zafu wurde gestartet und reagiert nicht. `zafu doctor` sucht nach der Ursache. Die letzte Meldung von Zafu: { $reason }
cli-app-stopped = Zafu wurde gestartet und ist wieder beendet. Den Grund nennen die Protokolldateien: `zafu doctor` gibt ihren Ordner aus.

## Stand des Timers

cli-status-idle = Es läuft keine Sitzung.
cli-status-preparing = Vorbereitung, noch { $left }.
cli-status-sitting = Sitzung, noch { $left }.
cli-status-sitting-open = Sitzung, bisher { $sat }.
cli-status-paused = Pause, noch { $left }.
cli-status-paused-open = Pause, bisher { $sat }.
cli-status-overtime = Vollständig, und { $overtime } nach dem Ende.
cli-status-unsettled = Die Sitzung vom { $started } wurde nach { $sat } unterbrochen: `zafu resolve whole|gap|discard` sagt, was sie war ({ $id }).
cli-status-unsettled-overtime = Die Sitzung vom { $started } ist vollständig und gespeichert. Sollen { $overtime } nach ihrem Ende angerechnet werden? `zafu resolve whole` rechnet sie an, `zafu resolve discard` lässt sie weg ({ $id }).
cli-trouble = Problem: { $trouble }

## Ende einer Sitzung

cli-ended = Behalten: { $sat }.
cli-sit-kept = { $sat } gesessen. Behalten.
cli-sit-not-kept = Es wurde keine Sitzung behalten.
cli-sit-gap = Die Sitzung hat eine Lücke: `zafu resolve whole|gap|discard` sagt, was du gesessen hast.
cli-sit-recovered = Die unterbrochene Sitzung läuft weiter. Beende sie mit Strg-C, bevor du eine andere beginnst.
cli-sit-elsewhere = Zafu läuft bereits: `zafu sit` ohne `--terminal` beginnt dort eine Sitzung.
cli-sit-importing = Hier läuft noch ein Import. Zafu wartet darauf; Strg-C bricht ihn ab.
cli-sit-not-saved = { $error } Drück noch einmal Strg-C, um trotzdem zu beenden: Die Sitzung bleibt dann so, wie sie zuletzt gespeichert wurde.

## Liste früherer Sitzungen

cli-log-empty = Noch keine Sitzungen.
cli-log-started = nicht zu Ende
cli-log-ended-early = früher beendet
cli-log-completed = vollständig
cli-log-elsewhere = anderswo
cli-log-unfinished = nicht beendet
cli-log-no-label = Es gibt keine Art „{ $name }“. `zafu log` zeigt die Arten deiner Sitzungen.
cli-log-days = Kein Tag ist ab { $since } und bis { $until }: Der erste Tag kommt nach dem letzten.
cli-log-none-match = Keine Sitzung passt dazu.
# $count ist immer 20.
cli-log-more = Das sind die neuesten { $count } Sitzungen. `--limit` listet mehr.

## Export

cli-exported = { $count ->
    [one] 1 Sitzung nach { $file } exportiert.
   *[other] { $count } Sitzungen nach { $file } exportiert.
}
cli-export-left-out = { $count ->
    [one] 1 Sitzung ist nicht zu Ende und wurde ausgelassen.
   *[other] { $count } Sitzungen sind nicht zu Ende und wurden ausgelassen.
}
cli-export-json = `--json` ist für einen Export in eine Datei: In der Standardausgabe steht der Export selbst. Es wurde nichts exportiert.

## Konten, die auf diesem Gerät Sitzungen haben

cli-owners-empty = Auf diesem Gerät war nie ein Konto angemeldet, und es gibt noch keine Sitzungen.
cli-owners-ownerless = Sitzungen, bei denen kein Konto angemeldet war
cli-owners-unknown = Konto mit unbekannter Adresse, { $id }
cli-owners-account = { $email } bei { $project }, { $id }
cli-owners-counts = { $state } Sitzungen: { $sits }. Gelöscht: { $deleted }. Nicht gesendet: { $unsent }. Nur auf diesem Gerät: { $local }.
cli-owners-state-signed-in = Angemeldet.
cli-owners-state-signed-out = Abgemeldet.
cli-owners-state-deleted = Nicht mehr vorhanden: Das Konto wurde gelöscht.
cli-owners-state-replaced = Nicht mehr vorhanden: Seine Adresse hat jetzt ein anderes Konto.
cli-owners-state-none = Kein Konto.

## Namen dieser Konten in Listen und Sätzen

cli-owner-none = kein Konto
cli-owner-email = { $email }
cli-owner-unknown = Konto { $id }
cli-owner-gone = { $email } ({ $state })
cli-owner-signed-in = angemeldet
cli-owner-signed-out = abgemeldet
cli-owner-deleted = gelöscht
cli-owner-replaced = ersetzt
cli-owner-not-found = Auf diesem Gerät war nie ein Konto „{ $text }“ angemeldet. `zafu account list` listet alle, die es waren.
cli-owner-ambiguous = Mehrere Konten haben die Adresse { $address }. Nenne eines mit seiner ID: { $ids }.
cli-owner-listed = { $id } ({ $state })
cli-owner-listed-next = { $ids }, { $id } ({ $state })

## Stand des Kontos und des Abgleichs

cli-account-none = Es ist kein Konto angemeldet. Alle Sitzungen sind auf diesem Gerät.
cli-account-signed-in = Angemeldet als { $email } bei { $project }.
cli-account-signed-out = Abgemeldet. Zuletzt war { $email } bei { $project } angemeldet.
cli-account-synced = Zuletzt abgeglichen: { $time }.
cli-account-not-synced = Noch nicht abgeglichen.
cli-account-counts = Wartend: { $pending }. Abgelehnt: { $rejected }. Nur auf diesem Gerät: { $local }.
cli-account-unreadable =
    { $count ->
        [one] 1 Sitzung braucht ein neueres Zafu. Sie bleibt erhalten und erscheint nach einem Update.
       *[other] { $count } Sitzungen brauchen ein neueres Zafu. Sie bleiben erhalten und erscheinen nach einem Update.
    }
cli-account-to-do = Zu tun: { $need }
cli-account-others = Von anderen Konten auf diesem Gerät: { $sits }, nicht gesendet: { $unsent }. `zafu account list` listet sie, `zafu log --all-accounts` zeigt ihre Sitzungen.
cli-synced = Gesendet: { $pushed }. Empfangen: { $pulled }. Wartend: { $pending }. Abgelehnt: { $rejected }.
cli-rejected-none = Der Server hat keine Sitzung abgelehnt.

## Befehle für das Konto

cli-account-project = Nenne das Projekt: `--url https://abcdefgh.supabase.co --key sb_publishable_...`.
cli-account-credential = Sag, wie du dich anmeldest: mit `--password-stdin`, oder mit `--code` und dem Code aus der E-Mail.
cli-account-no-password = In der Standardeingabe steht kein Passwort.
cli-account-code-sent = Eine E-Mail ist unterwegs, wenn die Adresse stimmt. Melde dich mit ihrem Code an: `zafu account sign-in --email { $email } --code CODE`. Wenn sie einen Link, aber keinen Code enthält, müssen die E-Mail-Vorlagen des Projekts geändert werden: siehe supabase/README.md.
cli-account-confirmation-sent = Eine E-Mail wurde an { $email } gesendet. Wenn sie einen Code enthält: `zafu account sign-in --email { $email } --code CODE`. Wenn sie einen Link enthält: Öffne ihn, dann melde dich an.
cli-account-sign-in = Angemeldet.
cli-account-assigned =
    { $count ->
        [one] 1 Sitzung ohne Konto gehört jetzt zu diesem Konto.
       *[other] { $count } Sitzungen ohne Konto gehören jetzt zu diesem Konto.
    }
cli-account-until-quit = Der Schlüsselbund dieses Systems ist nicht benutzbar: Du bleibst angemeldet, bis Zafu beendet wird.
cli-account-sign-out = Abgemeldet. Alle Sitzungen sind noch hier.
cli-account-erase-unconfirmed = Damit werden alle Sitzungen des Kontos auf dem Server gelöscht, für alle Geräte. Noch wurde nichts geändert: `zafu account erase --yes` löscht sie wirklich. Die Sitzungen auf diesem Gerät bleiben.
cli-account-erased = Auf dem Server gelöscht. Die Sitzungen auf diesem Gerät bleiben hier und werden nicht mehr hochgeladen.
cli-account-adopt-own = { $name } ist das angemeldete Konto: Es hat seine Sitzungen schon.
cli-account-adopt-unconfirmed =
    { $count ->
        [one] 1 Sitzung auf diesem Gerät gehört zu { $name } bei { $project }. Dieses Konto ist abgemeldet, aber vielleicht noch vorhanden: Wer es benutzt, könnte sich wieder anmelden und fände sie hier nicht mehr. Es wurde nichts verschoben. So verschiebst du sie endgültig zu { $own }: `zafu account adopt --from { $id } --yes`.
       *[other] { $count } Sitzungen auf diesem Gerät gehören zu { $name } bei { $project }. Dieses Konto ist abgemeldet, aber vielleicht noch vorhanden: Wer es benutzt, könnte sich wieder anmelden und fände sie hier nicht mehr. Es wurde nichts verschoben. So verschiebst du sie endgültig zu { $own }: `zafu account adopt --from { $id } --yes`.
    }
cli-account-declined =
    { $count ->
        [one] Nicht verschoben: 1 Sitzung von { $name }.
       *[other] Nicht verschoben: { $count } Sitzungen von { $name }.
    }
cli-account-adopted =
    { $count ->
        [one] Zu { $own } verschoben: 1 Sitzung von { $name }. Der nächste Abgleich lädt sie hoch.
       *[other] Zu { $own } verschoben: { $count } Sitzungen von { $name }. Der nächste Abgleich lädt sie hoch.
    }
cli-account-adopted-deleted =
    { $count ->
        [one] Zu { $own } verschoben: 1 Sitzung von { $name }, dazu gelöschte: { $deleted }. Der nächste Abgleich lädt sie hoch.
       *[other] Zu { $own } verschoben: { $count } Sitzungen von { $name }, dazu gelöschte: { $deleted }. Der nächste Abgleich lädt sie hoch.
    }
cli-account-adopted-none = { $name } hat keine Sitzungen auf diesem Gerät.

## Was vor dem weiteren Abgleich zu tun ist

cli-need-sign-in = Deine Anmeldung ist abgelaufen: Melde dich mit `zafu account sign-in` noch einmal an. Noch nicht hochgeladene Sitzungen bleiben erhalten.
cli-need-account-gone = Der Server hat dieses Konto nicht mehr: Melde dich mit einem anderen an. Die Sitzungen auf diesem Gerät bleiben.
cli-need-erased = Die Sitzungen des Kontos wurden auf dem Server gelöscht. `zafu account after-erasure upload` lädt die dieses Geräts noch einmal hoch, `zafu account after-erasure keep` behält sie nur auf diesem Gerät.
cli-need-adopt = Einige Sitzungen entstanden, als kein Konto angemeldet war. `zafu account adopt` ordnet sie diesem Konto zu, `zafu account adopt --leave` lässt sie nur auf diesem Gerät.
cli-need-key = Der Publishable Key des Projekts wird nicht angenommen: Prüfe ihn in den Einstellungen des Projekts, dann melde dich mit `zafu account sign-in --key KEY` an. Noch nicht hochgeladene Sitzungen bleiben erhalten.
cli-need-blocked = Dieses Konto ist gesperrt: Frag den Administrator des Projekts. Noch nicht hochgeladene Sitzungen bleiben erhalten und werden hochgeladen, sobald das Konto entsperrt ist.
cli-need-server = Der Administrator des Projekts muss den Server reparieren: siehe supabase/README.md. Alles bleibt erhalten.
cli-need-too-old = Dieses Zafu ist zu alt für das Projekt: Aktualisiere es. Bis dahin bleibt alles erhalten.
cli-need-rejected = Der Server hat einige Sitzungen abgelehnt: `zafu account rejected` zeigt, welche und warum. Sie bleiben auf diesem Gerät erhalten.
cli-need-adopt-from-unknown = Auf diesem Gerät sind Sitzungen eines Kontos, das es nicht mehr gibt: `zafu account list` zeigt es.
cli-need-adopt-from =
    { $count ->
        [one] 1 Sitzung auf diesem Gerät gehört zu { $name }, einem Konto, mit dem sich niemand mehr anmelden kann: `zafu account adopt --from { $id }` verschiebt sie zu { $email }, `zafu account adopt --from { $id } --leave` nicht.
       *[other] { $count } Sitzungen auf diesem Gerät gehören zu { $name }, einem Konto, mit dem sich niemand mehr anmelden kann: `zafu account adopt --from { $id }` verschiebt sie zu { $email }, `zafu account adopt --from { $id } --leave` nicht.
    }

## Sicherungen

cli-backup-daily = täglich
cli-backup-migration = vor einer Änderung des Formats
cli-backup-import = vor einem Import
cli-backup-manual = von Hand angelegt
cli-backup-sits = { $count ->
    [one] 1 Sitzung
   *[other] { $count } Sitzungen
}
cli-backup-unreadable = nicht lesbar
cli-backup-not-found = Es gibt keine Sicherung „{ $text }“. Es wurde nichts geändert. `zafu backup list` listet die Sicherungen mit ihren Nummern.
# $number bezeichnet die Sicherung.
cli-backup-made = Sicherung { $number } wurde angelegt.
cli-backup-has = { $count ->
    [one] Die Sicherung hat 1 Sitzung.
   *[other] Die Sicherung hat { $count } Sitzungen.
}
cli-backup-missing = { $count ->
    [one] 1 Sitzung ist nicht in der Sicherung und wäre nicht mehr im Protokoll:
   *[other] { $count } Sitzungen sind nicht in der Sicherung und wären nicht mehr im Protokoll:
}
cli-backup-missing-more = { $count ->
    [one] und 1 ältere
   *[other] und { $count } ältere
}
cli-backup-changed = { $count ->
    [one] 1 Sitzung wurde seitdem geändert und wäre wieder wie damals.
   *[other] { $count } Sitzungen wurden seitdem geändert und wären wieder wie damals.
}
cli-backup-returning = { $count ->
    [one] 1 Sitzung ist jetzt nicht im Protokoll und wäre wieder darin.
   *[other] { $count } Sitzungen sind jetzt nicht im Protokoll und wären wieder darin.
}
cli-backup-labels = { $count ->
    [one] 1 Art wurde seitdem geändert und wäre wieder wie damals.
   *[other] { $count } Arten wurden seitdem geändert und wären wieder wie damals.
}
cli-backup-presets = { $count ->
    [one] 1 Vorlage wurde seitdem geändert und wäre wieder wie damals.
   *[other] { $count } Vorlagen wurden seitdem geändert und wären wieder wie damals.
}
cli-backup-settings = Einstellungen wurden seitdem geändert und wären wieder wie damals.
cli-backup-no-preview = Was die Sicherung ändern würde, lässt sich nicht sagen. { $error }
cli-backup-question = Sicherung wiederherstellen? Was jetzt da ist, bleibt in einer Datei daneben erhalten. (j/N)
cli-backup-declined = Es wurde nichts geändert.
cli-backup-unconfirmed = Etwas ist neuer als die Sicherung, darum wurde nichts geändert. Gib `--yes` an, um die Sicherung trotzdem wiederherzustellen: Was jetzt da ist, bleibt in einer Datei daneben erhalten.
cli-backup-unconfirmed-unknown = Es lässt sich nicht sagen, was die Sicherung ändern würde. Deshalb wurde nichts geändert. Gib `--yes` an, um die Sicherung trotzdem wiederherzustellen: Was jetzt da ist, bleibt in einer Datei daneben erhalten.
cli-backup-changed-meanwhile = Das Protokoll hat sich inzwischen geändert. Es wurde noch nichts wiederhergestellt.

## Wiederherstellung einer Sicherung

cli-restore-none = In { $folder } gibt es noch keine Sicherungen.
cli-restore-running = Zafu läuft bereits: `zafu quit` beendet es. Eine laufende Sitzung wird bis dahin gespeichert.
cli-restore-no-intact = Es gibt keine unbeschädigte Sicherung. Es wurde nichts geändert: `zafu restore empty` legt eine leere Datenbank an und behält die beschädigte Datei.
cli-restore-done = Fertig.
cli-restore-done-aside = Fertig. Was vorher da war, ist als { $path } erhalten.

## Importe. $file ist der Name einer Datei, $first und $last sind Tage, $id ist die ID eines Imports.

# $format ist der Name eines Programms.
cli-import-file = { $file }: { $format }. Sitzungen: { $sits }. Übergangene Zeilen: { $skipped }.
cli-import-notes = Notizen: { $count }.
cli-import-noted = Notizen für Sitzungen, die ohne eine im Protokoll waren: { $count }.
cli-import-new = Neu: { $count }.
cli-import-revived = Früher gelöscht und jetzt wieder da: { $count }.
cli-import-days = Von { $first } bis { $last }.
cli-import-none = Nichts ist neu.
cli-import-repeated = Doppelt in den Dateien: { $count }.
cli-import-known = Schon im Protokoll: { $count }.
cli-import-same = Schon im Protokoll oder in einer anderen der Dateien, in einem anderen Format oder einer anderen Schreibweise: { $count }.
cli-import-deleted = Auf diesem oder einem anderen Gerät gelöscht: { $count }. `--deleted` stellt sie wieder her.
cli-import-zone = Zeiten ohne Zeitzone gelten als { $zone }. `--zone` nennt eine andere.
cli-import-samples = Die neuesten davon:
# $row ist ein ganzer Satz.
cli-import-skipped = { $file }: { $row }
cli-import-skipped-more = Weitere übergangene Zeilen: { $count }.
cli-import-long-sits = Übergangene Sitzungen von mehr als 24 Stunden: { $count }. `--long-sits` importiert sie auch.
cli-import-question =
    { $count ->
        [0] Diese Notizen in das Protokoll übernehmen? (j/N)
        [one] 1 Sitzung importieren? (j/N)
       *[other] { $count } Sitzungen importieren? (j/N)
    }
cli-import-changed = Die Dateien oder das Protokoll haben sich inzwischen geändert. Es wurde noch nichts importiert.
# $percent ist eine Zahl von 0 bis 100.
cli-import-reading = Dateien werden gelesen: { $percent } %
cli-import-importing = Wird importiert: { $percent } %
cli-import-input = Die Standardeingabe konnte nicht gelesen werden ({ $reason }). Es wurde nichts importiert.
cli-import-input-twice = `-` ist die Standardeingabe, die nur einmal gelesen werden kann. Es wurde nichts importiert.
cli-import-declined = Es wurde nichts importiert.
cli-import-done = Importiert: { $added }. Wiederhergestellt: { $revived }. `zafu import undo { $id }` macht diesen Import rückgängig.
cli-import-date-order = { $file } enthält Tage, die auf zwei Arten gelesen werden können, zum Beispiel { $example }. Es wurde nichts importiert. Gib `--date-order dmy` an, wenn der Tag zuerst kommt, oder `--date-order mdy`, wenn der Monat zuerst kommt.
cli-import-list-empty = Es gibt noch keine Importe.
cli-import-listed = { $id }  { $time }  Sitzungen: { $sits }. { $files }
cli-import-listed-undone = { $id }  { $time }  Sitzungen: { $sits }. Rückgängig gemacht: { $undone }. { $files }
cli-import-undo-question =
    { $count ->
        [one] Import { $id } rückgängig machen? Seine Sitzung wird gelöscht. (j/N)
       *[other] Import { $id } rückgängig machen? Seine { $count } Sitzungen werden gelöscht. (j/N)
    }
cli-import-undo-edited = Von dir seit dem Import geändert und samt den Änderungen gelöscht: { $count }. Die neuesten davon:
cli-import-undo-notes = Sitzungen, die schon davor im Protokoll waren und ihre Notiz aus dem Import verlieren: { $count }.
cli-import-not-undone = Es wurde nichts rückgängig gemacht.
cli-import-undone = Rückgängig gemacht. Gelöschte Sitzungen: { $count }. Ein neuer Import derselben Dateien bringt sie zurück.

## Partner. $name is the name of a user, $host the address of a server

cli-partner-none = Du hast keinen Partner. `zafu partner invite` lädt jemanden ein, `zafu partner join -` nimmt eine Einladung an.
cli-partner-name = { $name }
cli-partner-unnamed = Jemand ohne Namen
cli-partner-with = Dein Partner: { $name }, seit { $since }.
# $sits is the sum of $mine and $partners.
cli-partner-week = { $goal ->
        [one] Diese Woche bis { $time }: { $sits } von 1 Sitzung, { $mine } von dir und { $partners } von deinem Partner.
       *[other] Diese Woche bis { $time }: { $sits } von { $goal } Sitzungen, { $mine } von dir und { $partners } von deinem Partner.
    }
cli-partner-week-resting = Diese Woche bis { $time }, ohne Ziel: { $mine } von dir und { $partners } von deinem Partner.
# $weeks: one or more of the next three, with "; " between
cli-partner-weeks = Frühere Wochen, die neueste zuerst: { $weeks }.
cli-partner-week-kept = { $start }: { $sits } von { $goal }, gehalten
cli-partner-week-open = { $start }: { $sits } von { $goal }
cli-partner-week-rested = { $start }: { $sits }, ohne Ziel
cli-partner-news-joined = { $date }: Dein Partner hat deine Einladung angenommen.
cli-partner-news-bow = { $date }: Dein Partner hat sich vor dir verneigt.
# $start: the first day of the week
cli-partner-news-kept = { $date }: Ihr habt die Woche ab { $start } gehalten.
cli-partner-news-kept-some = { $date }: Ihr habt eine Woche gehalten.
cli-partner-news-left = { $date }: Dein Partner hat die Partnerschaft beendet.
cli-partner-kept = Gehaltene Wochen: { $kept } von { $weeks }.
cli-partner-targets = Wochenziele: { $mine } für dich, { $partners } für deinen Partner. 0 bedeutet eine Ruhezeit.
# $mine and $partners are values of the option.
cli-partner-privacy = Du zeigst `{ $mine }`, dein Partner zeigt `{ $partners }`.
cli-partner-together = Ihr habt { $length } lang zusammen gesessen, ab { $time }.
cli-partner-may-bow = Dein Partner hat seit deiner letzten Verneigung gesessen: `zafu partner bow` verneigt sich.
cli-partner-invitation = Deine Einladung ist bis { $time } offen. `zafu partner invite` zeigt sie noch einmal, `zafu partner withdraw` zieht sie zurück.
cli-partner-invitation-expired = Deine letzte Einladung ist am { $time } abgelaufen. `zafu partner invite` erstellt eine neue.
cli-partner-former = Frühere Partnerschaft von { $start } bis { $end }: gehaltene Wochen: { $kept } von { $weeks }.
# $changes is a list of the messages below.
cli-partner-waiting = Noch nicht gesendet: { $changes }.
cli-partner-change-profile = Profil
cli-partner-change-target = Wochenziel
cli-partner-change-privacy = Privatsphäre
cli-partner-change-bow = Verneigung
cli-partner-change-leave = Verlassen
cli-partner-read = Stand: { $time }.
cli-partner-signed-out = Du bist abgemeldet: Bis du dich anmeldest, wird nichts vom Server gelesen und nichts an ihn gesendet.

cli-partner-pending = Es wird gesendet, sobald der Server erreichbar ist.
cli-partner-pending-sign-in = Es wird gesendet, sobald du dich anmeldest: `zafu account sign-in`.
cli-partner-invited = Sende diesen Text der einen Person, mit der du sitzen möchtest: Wer ihn hat, kann die Einladung annehmen, einmal, bis { $time }.
cli-partner-withdrawn = Die Einladung ist zurückgezogen.
cli-partner-bowed = Du hast dich verneigt.
cli-partner-privacy-saved = Was dein Partner von deinen Sitzungen sieht, ist geändert.
cli-partner-leave-unconfirmed = Damit endet die Partnerschaft, auch für deinen Partner. Noch wurde nichts geändert: `zafu partner leave --yes` verlässt sie wirklich. Die gehaltenen Wochen bleiben.
cli-partner-left = Du hast die Partnerschaft verlassen.

cli-partner-invites = Einladung: { $name }, auf dem Server { $host }, offen bis { $time }.
cli-partner-invites-always = Einladung: { $name }, auf dem Server { $host }.
cli-partner-join-shows = Als dein Partner sieht diese Person deinen Namen, dein Bild, dein Wochenziel und wie viele Sitzungen du sitzt, und sonst nichts, bis du es änderst.
cli-partner-join-paste = Füge die Einladung ein und drücke Enter und Strg-D (unter Windows Strg-Z und Enter).
cli-partner-join-question = Die Einladung annehmen? (j/N)
cli-partner-join-texts-question = Auch deine Notizen und Arten auf { $host } hochladen? Dessen Administrator kann sie lesen. (j/N)
cli-partner-join-unconfirmed = Noch wurde nichts angenommen: `--yes` nimmt die Einladung wirklich an.
cli-partner-join-declined = Es wurde nichts angenommen.
cli-partner-join-sign-in = Diese Einladung braucht ein Konto auf dem Server { $host }. Es wurde nichts geändert. Lege es mit `zafu account sign-up --url { $url } --key { $key } --email EMAIL --password-stdin --keep-texts` an, oder melde dich mit `zafu account sign-in` und denselben Optionen an. Ohne `--keep-texts` werden auch deine Notizen und Arten hochgeladen. Nimm die Einladung danach noch einmal an.
cli-partner-join-other-project = Diese Einladung gehört zum Server { $host }, und du bist bei einem anderen angemeldet. Es wurde nichts geändert. Partner brauchen Konten auf demselben Server: Melde dich mit `zafu account sign-out` ab und bei { $host } an, und nimm die Einladung danach noch einmal an.
cli-partner-joined = Ihr seid jetzt Partner.
cli-partner-texts-kept = Von jetzt an bleiben deine Notizen und Arten auf diesem Gerät.
cli-partner-texts-uploaded = Deine Notizen und Arten werden auf { $host } hochgeladen.

cli-profile-name = Name: { $name }
cli-profile-no-name = Du hast noch keinen Namen: `zafu profile --name NAME` setzt den, den dein Partner sieht.
# $image is a value of the option.
cli-profile-image = Bild: `{ $image }`
cli-profile-target = { $target ->
        [0] Wochenziel: keines, du hast eine Ruhezeit.
        [one] Wochenziel: 1 Sitzung.
       *[other] Wochenziel: { $target } Sitzungen.
    }
cli-profile-saved = Dein Profil ist gespeichert.
cli-profile-target-saved = Dein Wochenziel ist gespeichert. Mit einem Partner zählt es von der nächsten Woche an.
