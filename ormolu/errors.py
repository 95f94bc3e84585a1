"""What can go wrong, named as PostgreSQL names the condition; one class per SQLSTATE.

Source: PostgreSQL 15, Appendix A, "PostgreSQL Error Codes".
"""

from typing import ClassVar


class OrmoluError(Exception):
    """A problem the user can put right: what is wrong, where, and how to mend it.

    `position` is the 1-based character in the statement's text, as the wire protocol counts it.
    """

    sqlstate: ClassVar[str] = "XX000"

    def __init__(
        self, message: str, *, hint: str | None = None, detail: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.position = position


class ProtocolViolation(OrmoluError):
    sqlstate = "08P01"


class ConnectionFailure(OrmoluError):
    sqlstate = "08006"


class UnableToConnect(OrmoluError):
    sqlstate = "08001"


class FeatureNotSupported(OrmoluError):
    sqlstate = "0A000"


class CardinalityViolation(OrmoluError):
    sqlstate = "21000"


class DataError(OrmoluError):
    sqlstate = "22000"


class StringDataRightTruncation(OrmoluError):
    sqlstate = "22001"


class NumericValueOutOfRange(OrmoluError):
    sqlstate = "22003"


class InvalidDatetimeFormat(OrmoluError):
    sqlstate = "22007"


class DatetimeFieldOverflow(OrmoluError):
    sqlstate = "22008"


class InvalidTimeZoneDisplacement(OrmoluError):
    sqlstate = "22009"


class IntervalFieldOverflow(OrmoluError):
    sqlstate = "22015"


class CharacterNotInRepertoire(OrmoluError):
    """Bytes that are no text in the encoding they were said to be in."""

    sqlstate = "22021"


class DivisionByZero(OrmoluError):
    sqlstate = "22012"


class InvalidPrecedingOrFollowingSize(OrmoluError):
    sqlstate = "22013"


class InvalidArgumentForNtile(OrmoluError):
    sqlstate = "22014"


class InvalidArgumentForNthValue(OrmoluError):
    sqlstate = "22016"


class InvalidRegularExpression(OrmoluError):
    sqlstate = "2201B"


class InvalidRowCountInLimit(OrmoluError):
    sqlstate = "2201W"


class InvalidRowCountInOffset(OrmoluError):
    sqlstate = "2201X"


class DuplicateAlias(OrmoluError):
    sqlstate = "42712"


class InvalidForeignKey(OrmoluError):
    sqlstate = "42830"


class WindowingError(OrmoluError):
    sqlstate = "42P20"


class SubstringError(OrmoluError):
    sqlstate = "22011"


class InvalidArgumentForLogarithm(OrmoluError):
    sqlstate = "2201E"


class InvalidArgumentForPowerFunction(OrmoluError):
    sqlstate = "2201F"


class InvalidArgumentForWidthBucketFunction(OrmoluError):
    sqlstate = "2201G"


class NullValueNotAllowed(OrmoluError):
    sqlstate = "22004"


class InvalidParameterValue(OrmoluError):
    sqlstate = "22023"


class StringDataLengthMismatch(OrmoluError):
    sqlstate = "22026"


class ArraySubscriptError(OrmoluError):
    sqlstate = "2202E"


class InvalidTextRepresentation(OrmoluError):
    sqlstate = "22P02"


class InvalidBinaryRepresentation(OrmoluError):
    sqlstate = "22P03"


class BadCopyFileFormat(OrmoluError):
    sqlstate = "22P04"


class UntranslatableCharacter(OrmoluError):
    sqlstate = "22P05"


class NotNullViolation(OrmoluError):
    sqlstate = "23502"


class ForeignKeyViolation(OrmoluError):
    sqlstate = "23503"


class UniqueViolation(OrmoluError):
    sqlstate = "23505"


class CheckViolation(OrmoluError):
    """A rule that says FAIL was broken: the refresh publishes nothing."""

    sqlstate = "23514"


class ActiveSqlTransaction(OrmoluError):
    sqlstate = "25001"


class ReadOnlySqlTransaction(OrmoluError):
    sqlstate = "25006"


class NoActiveSqlTransaction(OrmoluError):
    sqlstate = "25P01"


class InFailedSqlTransaction(OrmoluError):
    sqlstate = "25P02"


class IdleInTransactionSessionTimeout(OrmoluError):
    sqlstate = "25P03"


class InvalidSqlStatementName(OrmoluError):
    sqlstate = "26000"


class InvalidAuthorizationSpecification(OrmoluError):
    sqlstate = "28000"


class InvalidPassword(OrmoluError):
    sqlstate = "28P01"


class DependentObjectsStillExist(OrmoluError):
    sqlstate = "2BP01"


class InvalidCursorName(OrmoluError):
    sqlstate = "34000"


class InvalidSavepointSpecification(OrmoluError):
    sqlstate = "3B001"


class InvalidCatalogName(OrmoluError):
    sqlstate = "3D000"


class InvalidSchemaName(OrmoluError):
    sqlstate = "3F000"


class SerializationFailure(OrmoluError):
    sqlstate = "40001"


class InsufficientPrivilege(OrmoluError):
    sqlstate = "42501"


class InvalidSyntax(OrmoluError):
    """PostgreSQL's syntax_error."""

    sqlstate = "42601"


class InvalidColumnReference(OrmoluError):
    sqlstate = "42P10"


class DuplicateColumn(OrmoluError):
    sqlstate = "42701"


class AmbiguousColumn(OrmoluError):
    sqlstate = "42702"


class UndefinedColumn(OrmoluError):
    sqlstate = "42703"


class UndefinedObject(OrmoluError):
    sqlstate = "42704"


class DuplicateObject(OrmoluError):
    sqlstate = "42710"


class GroupingError(OrmoluError):
    sqlstate = "42803"


class DatatypeMismatch(OrmoluError):
    sqlstate = "42804"


class WrongObjectType(OrmoluError):
    sqlstate = "42809"


class CannotCoerce(OrmoluError):
    sqlstate = "42846"


class AmbiguousFunction(OrmoluError):
    sqlstate = "42725"


class UndefinedFunction(OrmoluError):
    sqlstate = "42883"


class UndefinedTable(OrmoluError):
    sqlstate = "42P01"


class UndefinedParameter(OrmoluError):
    sqlstate = "42P02"


class InvalidCursorDefinition(OrmoluError):
    sqlstate = "42P11"


class DuplicateCursor(OrmoluError):
    sqlstate = "42P03"


class DuplicatePreparedStatement(OrmoluError):
    sqlstate = "42P05"


class InvalidName(OrmoluError):
    sqlstate = "42602"


class DuplicateDatabase(OrmoluError):
    sqlstate = "42P04"


class DuplicateSchema(OrmoluError):
    sqlstate = "42P06"


class DuplicateTable(OrmoluError):
    sqlstate = "42P07"


class InvalidObjectDefinition(OrmoluError):
    """PostgreSQL's invalid_object_definition; a cyclic definition is one."""

    sqlstate = "42P17"


class IndeterminateDatatype(OrmoluError):
    sqlstate = "42P18"


class InsufficientResources(OrmoluError):
    sqlstate = "53000"


class DiskFull(OrmoluError):
    sqlstate = "53100"


class OutOfMemory(OrmoluError):
    sqlstate = "53200"


class TooManyConnections(OrmoluError):
    sqlstate = "53300"


class ConfigurationLimitExceeded(OrmoluError):
    sqlstate = "53400"


class ProgramLimitExceeded(OrmoluError):
    sqlstate = "54000"


class StatementTooComplex(OrmoluError):
    sqlstate = "54001"


class ObjectNotInPrerequisiteState(OrmoluError):
    sqlstate = "55000"


class ObjectInUse(OrmoluError):
    sqlstate = "55006"


class CannotChangeRuntimeParameter(OrmoluError):
    """PostgreSQL's cant_change_runtime_param."""

    sqlstate = "55P02"


class LockNotAvailable(OrmoluError):
    sqlstate = "55P03"


class OperatorIntervention(OrmoluError):
    sqlstate = "57000"


class QueryCanceled(OrmoluError):
    sqlstate = "57014"


class AdminShutdown(OrmoluError):
    sqlstate = "57P01"


class CannotConnectNow(OrmoluError):
    sqlstate = "57P03"


class IdleSessionTimeout(OrmoluError):
    sqlstate = "57P05"


class OperatingSystemError(OrmoluError):
    """PostgreSQL's system_error: the operating system refused."""

    sqlstate = "58000"


class IoError(OrmoluError):
    sqlstate = "58030"


class UndefinedFile(OrmoluError):
    sqlstate = "58P01"


class ForeignDataError(OrmoluError):
    """PostgreSQL's fdw_error: another system answered with an error of its own."""

    sqlstate = "HV000"


class InternalError(OrmoluError):
    """A fault of ours: logged whole, named shortly to the client."""

    sqlstate = "XX000"


class DataCorrupted(OrmoluError):
    sqlstate = "XX001"
