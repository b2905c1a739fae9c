## State of the sync: one or two words beside an icon, and in full on the account’s page

sync-synced = Abgeglichen
sync-synced-long = Alles ist mit deinem Projekt abgeglichen
sync-syncing = Gleicht ab
sync-syncing-long = Deine Sitzungen werden abgeglichen
sync-not-synced = Nicht abgeglichen
sync-not-synced-long = Sitzungen deiner anderen Geräte fehlen vielleicht noch
sync-pending = { $count } warten
sync-pending-long =
    { $count ->
        [one] Eine Sitzung ist noch nicht hochgeladen
       *[other] { $count } Sitzungen sind noch nicht hochgeladen
    }
sync-action-needed = Handeln nötig
sync-action-needed-long = Dein Konto braucht deine Aufmerksamkeit
sync-signed-out = Abgemeldet
sync-signed-out-long = Du bist abgemeldet

## What only the user can do before the sync continues: a title, and a text below it

sync-need-sign-in = Melde dich noch einmal an
sync-need-sign-in-text = Deine Anmeldung ist abgelaufen. Noch nicht hochgeladene Sitzungen bleiben erhalten und folgen, sobald du angemeldet bist.
sync-need-key = Das Projekt nimmt seinen Publishable Key nicht an
sync-need-key-text = Prüfe den Publishable Key in den Einstellungen deines Projekts unter API Keys, und melde dich damit an. Noch nicht hochgeladene Sitzungen bleiben erhalten.
sync-need-blocked = Dieses Konto ist gesperrt
sync-need-blocked-text = Frag den Administrator des Projekts. Noch nicht hochgeladene Sitzungen bleiben erhalten und folgen, sobald das Konto entsperrt ist.
sync-need-gone = Das Projekt hat dieses Konto nicht mehr
sync-need-gone-text = Alle deine Sitzungen sind noch hier. Leg das Konto neu an, oder melde dich mit einem anderen an.
sync-need-server = Das Projekt ist nicht für Zafu eingerichtet
sync-need-server-text = Bis dahin wird nichts hochgeladen, und alles bleibt hier. Was der Administrator des Projekts tun muss, steht in Zafus README für Supabase.
sync-need-too-old = Dieses Zafu ist zu alt für das Projekt
sync-need-too-old-text = Installiere die neueste Version. Noch nicht hochgeladene Sitzungen bleiben erhalten und folgen dann.
sync-need-rejected = Das Projekt hat einige Sitzungen abgelehnt
sync-need-rejected-text = Sie sind hier vollständig erhalten. Die Gründe stehen unten.

## Questions: a title, a text and two answers

sync-need-erased = Die Daten dieses Kontos wurden von einem anderen Gerät gelöscht
sync-need-erased-text = Die Sitzungen sind aus dem Projekt gelöscht, aber noch hier. Nichts wird hochgeladen, bevor du entscheidest.
sync-need-erased-keep = Nur hier behalten
sync-need-erased-upload = Noch einmal hochladen

sync-need-adopt =
    { $count ->
        [one] Ist eine Sitzung auf diesem Computer deine?
       *[other] Sind { $count } Sitzungen auf diesem Computer deine?
    }
sync-need-adopt-text =
    { $count ->
        [one] Sie entstand, als niemand angemeldet war, und hier wurde mehr als ein Konto benutzt. Wenn es deine ist, gehört sie dann zu { $email } und wird hochgeladen.
       *[other] Sie entstanden, als niemand angemeldet war, und hier wurde mehr als ein Konto benutzt. Wenn es deine sind, gehören sie dann zu { $email } und werden hochgeladen.
    }
sync-need-adopt-yes = Ja, zu meinem Konto
sync-need-adopt-no = Nein, hier lassen

sync-need-adopt-from =
    { $count ->
        [one] Eine Sitzung eines früheren Kontos in dieses verschieben?
       *[other] { $count } Sitzungen eines früheren Kontos in dieses verschieben?
    }
sync-need-adopt-from-deleted =
    { $count ->
        [one] Sie gehört zu { $from } bei { $project }. Dieses Konto wurde gelöscht, daher kann sich niemand mehr damit anmelden. Wenn du sie verschiebst, gehört sie zu { $email } und wird in dessen Projekt hochgeladen, auch wenn sie nur auf diesem Computer bleiben sollte.
       *[other] Sie gehören zu { $from } bei { $project }. Dieses Konto wurde gelöscht, daher kann sich niemand mehr damit anmelden. Wenn du sie verschiebst, gehören alle zu { $email } und werden in dessen Projekt hochgeladen, auch solche, die nur auf diesem Computer bleiben sollten.
    }
sync-need-adopt-from-replaced =
    { $count ->
        [one] Sie gehört zu einem früheren Konto von { $from } bei { $project }. Die Adresse hat jetzt ein anderes Konto, daher kann sich mit dem früheren niemand mehr anmelden. Wenn du sie verschiebst, gehört sie zu { $email } und wird in dessen Projekt hochgeladen, auch wenn sie nur auf diesem Computer bleiben sollte.
       *[other] Sie gehören zu einem früheren Konto von { $from } bei { $project }. Die Adresse hat jetzt ein anderes Konto, daher kann sich mit dem früheren niemand mehr anmelden. Wenn du sie verschiebst, gehören alle zu { $email } und werden in dessen Projekt hochgeladen, auch solche, die nur auf diesem Computer bleiben sollten.
    }
sync-need-adopt-from-yes = Verschieben und hochladen
sync-need-adopt-from-no = Nicht verschieben

## Why the project rejected a sit

sync-rejected-text = Notiz oder Art enthält etwas, das das Projekt nicht speichern kann.
sync-rejected-contradiction = Ihre Angaben widersprechen sich.
sync-rejected-length = Das Projekt nimmt ihre Dauer nicht an.
sync-rejected-time = Das Projekt nimmt eine ihrer Zeiten nicht an.
sync-rejected-other = Das Projekt hat geantwortet: { $code }.

## Why the project rejected a label, and what to do

sync-label-rejected-name = Das Projekt kann den Namen dieser Art nicht speichern. Sie bleibt auf diesem Computer: Gib ihr einen anderen Namen.
sync-label-rejected-number = Das Projekt hat keinen Platz für weitere Arten. Sie bleibt auf diesem Computer: Nimm eine der anderen.
sync-label-rejected-other = Das Projekt hat diese Art abgelehnt ({ $code }). Sie bleibt auf diesem Computer: Ändere sie, damit sie erneut hochgeladen wird.
