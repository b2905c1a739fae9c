/**
 * Types of the protocol between window and engine, generated from Rust. Lengths are in seconds, times of a running sit in
 * milliseconds.
 */
export type { Answer } from '../generated/Answer';
export type { BellCheck } from '../generated/BellCheck';
export type { CloseWhenIdle } from '../generated/CloseWhenIdle';
export type { ErrorCode } from '../generated/ErrorCode';
export type { FinishedView } from '../generated/FinishedView';
export type { GapReason } from '../generated/GapReason';
export type { IntervalTimes } from '../generated/IntervalTimes';
export type { Intervals } from '../generated/Intervals';
export type { IpcError } from '../generated/IpcError';
export type { LengthChoice } from '../generated/LengthChoice';
export type { Message } from '../generated/Message';
export type { Colour } from '../generated/Colour';
export type { DayTotal } from '../generated/DayTotal';
export type { LabelKey } from '../generated/LabelKey';
export type { LabelView } from '../generated/LabelView';
export type { LogFilter } from '../generated/LogFilter';
export type { LogOwner } from '../generated/LogOwner';
export type { LogPage } from '../generated/LogPage';
export type { LogPosition } from '../generated/LogPosition';
export type { LogRequest as LogQuery } from '../generated/LogRequest';
export type { Outcome } from '../generated/Outcome';
export type { SessionRef } from '../generated/SessionRef';
export type { Shape } from '../generated/Shape';
export type { SitEntry } from '../generated/SitEntry';
export type { Source } from '../generated/Source';
export type { OvertimeAnswer } from '../generated/OvertimeAnswer';
export type { OvertimeChoice } from '../generated/OvertimeChoice';
export type { OwnerState } from '../generated/OwnerState';
export type { OwnerView } from '../generated/OwnerView';
export type { PhaseView as Phase } from '../generated/PhaseView';
export type { PlanChoice } from '../generated/PlanChoice';
export type { Preset } from '../generated/Preset';
export type { Progress } from '../generated/Progress';
export type { ProjectView } from '../generated/ProjectView';
export type { DeadLetterView } from '../generated/DeadLetterView';
export type { Settings } from '../generated/Settings';
export type { Proof } from '../generated/Proof';
export type { SignInRequest } from '../generated/SignInRequest';
export type { SignedInView } from '../generated/SignedInView';
export type { SitRecord } from '../generated/SitRecord';
export type { SitView } from '../generated/SitView';
export type { EngineState } from '../generated/EngineState';
export type { SoundView } from '../generated/SoundView';
export type { StageView as Stage } from '../generated/StageView';
export type { StartRequest } from '../generated/StartRequest';
export type { Strike } from '../generated/Strike';
export type { SyncNeed } from '../generated/SyncNeed';
export type { SyncState } from '../generated/SyncState';
export type { SyncView } from '../generated/SyncView';
export type { LanguageChoice } from '../generated/LanguageChoice';
export type { Theme } from '../generated/Theme';
export type { TimeDisplay } from '../generated/TimeDisplay';
export type { UnsettledView } from '../generated/UnsettledView';

/** What the user can change of a label. */
export type LabelLook = Pick<
	import('../generated/LabelView').LabelView,
	'name' | 'colour' | 'shape'
>;
