from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "config.mail"
    label = "mail"

    def ready(self) -> None:
        from config.mail.models import OutgoingMail
        from config.mail.services import LEASE, send_mail
        from config.outbox import sources

        sources.register(
            sources.Source(
                model=OutgoingMail,
                perform=send_mail,
                queue=lambda row: "mail",
                name=lambda row: "mail.send",
                is_transactional=False,
                lease=LEASE,
            )
        )
