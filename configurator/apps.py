from django.apps import AppConfig


class ConfiguratorConfig(AppConfig):
    name = "configurator"

    def ready(self) -> None:
        from config.outbox import sources
        from configurator import console
        from configurator.models import EngineCircuit, VersionRun
        from configurator.services import runs
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
        sources.register(
            sources.Source(
                model=VersionRun,
                perform=runs.perform_run,
                queue=lambda row: "default",
                name=lambda row: f"configurator.{row.purpose}_version",
                is_transactional=False,
                lease=runs.QUICK_LEASE,
            )
        )
        console.register()
