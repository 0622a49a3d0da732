from django.apps import AppConfig


class ConfiguratorConfig(AppConfig):
    name = "configurator"

    def ready(self) -> None:
        from config.outbox import sources
        from configurator import console
        from configurator.models import EngineCircuit
        from configurator.services.circuits import LEASE, compile_circuit

        sources.register(
            sources.Source(
                model=EngineCircuit,
                perform=compile_circuit,
                queue=lambda row: "default",
                name=lambda row: "configurator.compile_circuit",
                is_transactional=False,
                lease=LEASE,
            )
        )
        console.register()
