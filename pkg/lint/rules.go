package lint

// Rules returns all rules, in the order of their codes.
func Rules() []Rule {
	return []Rule{
		unknownUpstream(), unknownWarehouse(), selfReference(), cycle(), unreachableOrigin(),
		upstreamLacksOrigin(), duplicateOrigin(), noSource(), directHidesUpstreams(), duplicateUpstream(),
		gateBypassed(), redundantUpstream(), upstreamInOtherProject(), upstreamBeingDeleted(), deadEndCheck(),
		notAProject(),
		allOfOne(), allOfNone(), allCanNeverHold(), unknownStrategy(), strategyWithoutUpstreams(),
		soakBelowGate(), allWithSoakStopsAuto(), soakCountsElsewhere(), zeroSoak(), soakWithoutUpstreams(),
		oddSoak(), gateSoakNotRequeued(), soakLongerThanCadence(), mixedStrategies(), strategyChangeIsOneWay(),
		soakLostOnLeave(),
		anyIntoAuto(), listedButRefused(), policyMatchesNothing(), policyShadowed(), policyDuplicate(),
		policyBadPattern(), policyRegexUnanchored(), policyMatchesEverything(), policyOnGate(), policyByDeprecatedName(),
		policyInProject(), matchUpstreamMisuse(), matchUpstreamBelowGate(), matchUpstreamWithSoak(), matchUpstreamWithoutAuto(),
		matchUpstreamBreaksUI(), autoIntoSlowVerification(), autoPromotionHeld(), autoRetryExhausted(), projectConfigName(),
		unverifiedUpstreamOfGate(), verifiesNothing(), verificationOnGate(), unknownAnalysisTemplate(), verificationCannotStart(),
		gateByAccident(), emptyVerification(),
		misplacedField(), unknownField(), fieldTooNew(), fieldRemoved(), fieldLostOnApply(),
		enterpriseOnly(), notReadable(),
		warehouseUnused(), manualWarehouseIntoAuto(), handMadePromotion(), leftOverStatus(), shardWithoutController(),
		sameOriginManyNames(), needlessSuppression(),
	}
}
